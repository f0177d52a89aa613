/// The literal segments of all patterns, numbered.
///
/// A segment has two numbers: its spelling's and its word's, which all spellings that differ only in ASCII case
/// share. Segments are hashed without case, so that one look-up finds both, and always compared byte for byte:
/// requests can't add entries, and the number of probes was bounded when the table was built.
struct SegmentTable: Sendable {
    /// What is known of a segment. -1: no pattern has it.
    struct Entry {
        var spelling: Int32
        var word: Int32

        static let unknown = Entry(spelling: -1, word: -1)
    }

    /// The spelling and the word of the empty segment.
    static let empty: Int32 = 0
    static let hashSeed: UInt64 = 0xCBF2_9CE4_8422_2325
    /// More than this many probes for any segment makes the table grow.
    private static let maxProbes = 4

    /// By spelling; those of one word stand together.
    private(set) var spellings: [[UInt8]]
    private(set) var wordOfSpelling: [Int32]
    /// By word: its spellings.
    private(set) var spellingsOfWord: [Range<Int32>]

    private var bytes: [UInt8] = []
    /// Where each spelling's bytes start; one more entry than spellings.
    private var offsets: [Int32] = [0]
    /// A word's number plus one, and the upper half of its hash; 0: free.
    private var slots: [UInt64] = []
    private var shift: UInt64 = 0

    init(_ patterns: [PathPattern]) {
        var words: [[UInt8]: Set<[UInt8]>] = [[]: [[]]]
        for pattern in patterns {
            for case .literal(let literal) in pattern.segments {
                words[literal.map(Self.folded), default: []].insert(literal)
            }
        }
        spellings = []
        wordOfSpelling = []
        spellingsOfWord = []
        for (_, group) in words.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let first = Int32(spellings.count)
            for spelling in group.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                spellings.append(spelling)
                wordOfSpelling.append(Int32(spellingsOfWord.count))
                bytes += spelling
                offsets.append(Int32(bytes.count))
            }
            spellingsOfWord.append(first..<Int32(spellings.count))
        }
        fillSlots()
    }

    /// A step of the hash that `find` takes, FNV-1a without case.
    static func hash(_ hash: UInt64, folded byte: UInt8) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    static func folded(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// - Parameters:
    ///   - segment: its place in the path.
    ///   - hash: of its folded bytes, as `hash(_:folded:)` makes it from `hashSeed`.
    func find(_ path: Span<UInt8>, _ segment: Range<Int>, hash: UInt64) -> Entry {
        let hash = Self.mixed(hash)
        var slot = Int(truncatingIfNeeded: hash &>> shift)
        while true {
            let entry = slots[slot]
            if entry == 0 { return .unknown }
            if entry ^ hash < 1 << 32 {
                let word = Int32(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
                if let found = find(path, segment, in: word) { return found }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    func number(of spelling: [UInt8]) -> Int32 {
        var hash = Self.hashSeed
        for byte in spelling { hash = Self.hash(hash, folded: Self.folded(byte)) }
        return find(spelling.span, spelling.indices, hash: hash).spelling
    }

    /// True where the word can be written in a way that no pattern does.
    func hasFreeSpelling(word: Int32) -> Bool {
        let written = spellingsOfWord[Int(word)]
        let letters = spellings[Int(written.lowerBound)].count { Self.isLetter($0) }
        return letters >= 31 || written.count < 1 << letters
    }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    /// FNV leaves the upper bits of short words alike; the slot is taken from them.
    private static func mixed(_ hash: UInt64) -> UInt64 {
        (hash ^ hash &>> 29) &* 0x9E37_79B9_7F4A_7C15
    }

    private func find(_ path: Span<UInt8>, _ segment: Range<Int>, in word: Int32) -> Entry? {
        let written = spellingsOfWord[Int(word)]
        for spelling in written {
            let start = Int(offsets[Int(spelling)])
            guard Int(offsets[Int(spelling) + 1]) - start == segment.count else { return nil }
            var difference: UInt8 = 0
            for offset in 0..<segment.count {
                difference |= bytes[start + offset] ^ path[segment.lowerBound + offset]
            }
            if difference == 0 { return Entry(spelling: spelling, word: word) }
            guard difference == 0x20, isSameWord(path, segment, start) else { return nil }
        }
        return Entry(spelling: -1, word: word)
    }

    private func isSameWord(_ path: Span<UInt8>, _ segment: Range<Int>, _ start: Int) -> Bool {
        for offset in 0..<segment.count
        where Self.folded(path[segment.lowerBound + offset]) != Self.folded(bytes[start + offset]) {
            return false
        }
        return true
    }

    private mutating func fillSlots() {
        var bits: UInt64 = 4
        while 1 << bits < spellingsOfWord.count * 2 { bits += 1 }
        while !fillSlots(bits: bits) { bits += 1 }
    }

    /// False when a word lies too far from its place. At ten times the size the hashes themselves collide, and
    /// more room wouldn't help: then the probes are as many as there are such words.
    private mutating func fillSlots(bits: UInt64) -> Bool {
        shift = 64 - bits
        slots = [UInt64](repeating: 0, count: 1 << bits)
        let roomHelps = slots.count < spellingsOfWord.count * 32 + 64
        for word in spellingsOfWord.indices {
            var hash = Self.hashSeed
            for byte in spellings[Int(spellingsOfWord[word].lowerBound)] {
                hash = Self.hash(hash, folded: Self.folded(byte))
            }
            hash = Self.mixed(hash)
            var slot = Int(hash &>> shift)
            var probes = 1
            while slots[slot] != 0 {
                slot = (slot + 1) & (slots.count - 1)
                probes += 1
            }
            if probes > Self.maxProbes && roomHelps { return false }
            slots[slot] = hash & ~0xFFFF_FFFF | UInt64(word + 1)
        }
        return true
    }
}
