/// The literal segments of all patterns, numbered.
///
/// A segment has two numbers: its spelling's and its word's, which all spellings share that differ only in ASCII
/// case, or in what `NormalizedSegment` takes for one. Segments are hashed without case, so that one look-up finds both, and always compared byte for byte:
/// requests can't add entries, and the number of probes was bounded when the table was built.
struct SegmentTable: Sendable {
    /// What is known of a segment. -1: no pattern has it.
    struct Entry {
        var spelling: Int32
        var word: Int32

        /// False where patterns write the word otherwise, or in several ways.
        var isPlain: Bool

        static let unknown = Entry(spelling: -1, word: -1, isPlain: true)
        static let empty = Entry(spelling: SegmentTable.empty, word: SegmentTable.empty, isPlain: true)

        var isEmpty: Bool { spelling == SegmentTable.empty }
    }

    /// The spelling and the word of the empty segment.
    static let empty: Int32 = 0
    /// More than this many probes for any segment makes the table grow.
    private static let maxProbes = 4

    /// By spelling; those of one word stand together.
    private(set) var spellings: [[UInt8]]
    private(set) var wordOfSpelling: [Int32]
    /// By word: its spellings.
    private(set) var spellingsOfWord: [Range<Int32>]
    private var wordOfKey: [String: Int32] = [:]

    /// A spelling, with what tells it from others without following a reference.
    private struct Slot {
        /// Its last eight bytes, as `SegmentHash.tail` reads them: all of it, when it isn't longer.
        var tail: UInt64
        /// The lower half of its hash.
        var tag: UInt32
        /// -1: the slot is free.
        var length: Int32
        /// Where its bytes start.
        var start: Int32
        var entry: Entry

        static let free = Slot(tail: 0, tag: 0, length: -1, start: 0, entry: .unknown)
    }

    private var bytes: [UInt8] = []
    private var slots: [Slot] = []
    private var shift: UInt64 = 0

    init(_ patterns: [PathPattern]) {
        var words: [String: Set<[UInt8]>] = ["": [[]]]
        for pattern in patterns {
            for case .literal(let literal) in pattern.segments {
                words[Self.key(of: literal), default: []].insert(literal)
            }
        }
        spellings = []
        wordOfSpelling = []
        spellingsOfWord = []
        for (key, group) in words.sorted(by: { $0.key < $1.key }) {
            let first = Int32(spellings.count)
            wordOfKey[key] = Int32(spellingsOfWord.count)
            for spelling in group.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                spellings.append(spelling)
                wordOfSpelling.append(Int32(spellingsOfWord.count))
            }
            spellingsOfWord.append(first..<Int32(spellings.count))
        }
        fillSlots()
    }

    static func folded(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// - Parameter segment: its place among the bytes; not empty.
    @inline(__always)
    func find(_ path: RawSpan, _ segment: Range<Int>) -> Entry {
        let (hash, tail) = SegmentHash.of(path, segment)
        let number = Int(truncatingIfNeeded: hash &>> shift)
        let slots = self.slots.span
        // In bounds: numbers have as many bits as the number of slots needs.
        let isFirst = slots[unchecked: number].tail == tail && Int(slots[unchecked: number].length) == segment.count
        guard isFirst, segment.count <= 8 else {
            return slots[unchecked: number].length < 0 ? .unknown : find(path, segment, hash: hash, tail: tail)
        }
        return slots[unchecked: number].entry
    }

    /// For long segments, and for those that aren't in their first place: apart, so that the common case stays small.
    @inline(never)
    private func find(_ path: RawSpan, _ segment: Range<Int>, hash: UInt64, tail: UInt64) -> Entry {
        let slots = self.slots.span
        var number = Int(truncatingIfNeeded: hash &>> shift)
        var found = Entry.unknown
        while slots[unchecked: number].length >= 0 {
            let slot = slots[unchecked: number]
            if slot.tag == UInt32(truncatingIfNeeded: hash) && Int(slot.length) == segment.count {
                if slot.tail == tail && equals(path, segment, Int(slot.start)) { return slot.entry }
                if isSameWord(path, segment, slot) {
                    found = Entry(spelling: -1, word: slot.entry.word, isPlain: false)
                }
            }
            number = (number &+ 1) & (slots.count &- 1)
        }
        return found
    }

    func number(of spelling: [UInt8]) -> Int32 {
        spelling.isEmpty ? Self.empty : find(spelling.span.bytes, spelling.indices).spelling
    }

    /// The word that an upstream may take the segment for.
    ///
    /// - Parameter key: see `NormalizedSegment`.
    func word(key: String) -> Int32? { wordOfKey[key] }

    private static func key(of literal: [UInt8]) -> String {
        NormalizedSegment(literal).key ?? String(decoding: literal, as: UTF8.self)
    }

    /// All but the last eight bytes, which were compared.
    @inline(never)
    private func equals(_ path: RawSpan, _ segment: Range<Int>, _ start: Int) -> Bool {
        let bytes = self.bytes.span.bytes
        var index = segment.lowerBound
        var own = start
        while segment.upperBound &- index > 8 {
            let word = path.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            if word != bytes.unsafeLoadUnaligned(fromByteOffset: own, as: UInt64.self) { return false }
            index &+= 8
            own &+= 8
        }
        return true
    }

    @inline(never)
    private func isSameWord(_ path: RawSpan, _ segment: Range<Int>, _ slot: Slot) -> Bool {
        for offset in 0..<segment.count {
            let byte = path.unsafeLoad(fromByteOffset: segment.lowerBound + offset, as: UInt8.self)
            if Self.folded(byte) != Self.folded(bytes[Int(slot.start) + offset]) { return false }
        }
        return true
    }

    private mutating func fillSlots() {
        var filled: [Slot] = []
        var hashes: [UInt64] = []
        for (spelling, text) in spellings.enumerated() where !text.isEmpty {
            let word = wordOfSpelling[spelling]
            let (hash, tail) = SegmentHash.of(text.span.bytes, text.indices)
            filled.append(
                Slot(
                    tail: tail, tag: UInt32(truncatingIfNeeded: hash), length: Int32(text.count),
                    start: Int32(bytes.count),
                    entry: Entry(
                        spelling: Int32(spelling), word: word, isPlain: spellingsOfWord[Int(word)].count == 1)))
            hashes.append(hash)
            bytes += text
        }
        for alias in aliases() {
            let (hash, tail) = SegmentHash.of(alias.text.span.bytes, alias.text.indices)
            filled.append(
                Slot(
                    tail: tail, tag: UInt32(truncatingIfNeeded: hash), length: Int32(alias.text.count),
                    start: Int32(bytes.count), entry: Entry(spelling: -1, word: alias.word, isPlain: false)))
            hashes.append(hash)
            bytes += alias.text
        }
        var bits: UInt64 = 4
        while 1 << bits < filled.count * 2 { bits += 1 }
        while !fillSlots(filled, hashes, bits: bits) { bits += 1 }
    }

    /// What words are in ASCII that no pattern writes so: `/admin` asks for no closer look where a pattern has `/ａｄｍｉｎ`.
    private func aliases() -> [(text: [UInt8], word: Int32)] {
        spellingsOfWord.indices.compactMap { word in
            let written = spellingsOfWord[word].map { spellings[Int($0)] }
            guard let first = written.first else { return nil }
            let text = NormalizedSegment(first).trimmed.map(Self.folded)
            guard !text.isEmpty, text.allSatisfy({ $0 < 0x80 }),
                !written.contains(where: { $0.map(Self.folded) == text })
            else { return nil }
            return (text, Int32(word))
        }
    }

    /// False when a spelling lies too far from its place. At many times the size the hashes themselves are alike,
    /// as those of one word's spellings are, and more room wouldn't help.
    private mutating func fillSlots(_ filled: [Slot], _ hashes: [UInt64], bits: UInt64) -> Bool {
        shift = 64 - bits
        slots = [Slot](repeating: .free, count: 1 << bits)
        let roomHelps = slots.count < filled.count * 16 + 64
        for (slot, hash) in zip(filled, hashes) {
            var number = Int(hash &>> shift)
            var probes = 1
            while slots[number].length >= 0 {
                number = (number + 1) & (slots.count - 1)
                probes += 1
            }
            if probes > Self.maxProbes && roomHelps { return false }
            slots[number] = slot
        }
        return true
    }
}
