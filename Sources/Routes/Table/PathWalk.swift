/// One request's way through the automata, segment by segment.
struct PathWalk {
    private var state = MatchAutomaton.start
    private var variant = VariantAutomaton.start
    /// What a route must tolerate to decide this path.
    private(set) var needed: Tolerance = []

    /// Where the path, and its other spellings, end. -1: in a state that wasn't built.
    func answers(in table: borrowing CompiledTable) -> (match: Int32, variants: Int32) {
        let variants = table.checksSpellings ? table.variants.states[Int(variant)].answers : 0
        return (table.match.states[Int(state)].answers, variants)
    }

    /// Reads the whole path, because what can't be tolerated in it is told before anything else.
    mutating func take(_ path: Span<UInt8>, in table: borrowing CompiledTable) -> TargetAmbiguity? {
        guard path.count > 0, path[0] == PathBytes.Character.slash else { return .notAbsolute }
        var start = 1
        while true {
            var segment = Self.scan(path, from: start, table.bytes)
            if segment.isForbidden { return .forbiddenByte }
            let isLast = segment.end == path.count
            if segment.end == start {
                takeEmpty(isLast: isLast, in: table)
            } else if segment.isSpecial {
                if let ambiguity = takeSpecial(path, start, &segment, in: table) { return ambiguity }
            } else {
                if path[start] == PathBytes.Character.dot, Self.isDots(path, start..<segment.end) { return .dotSegment }
                follow(table.segments.find(path, start..<segment.end, hash: segment.hash), in: table)
            }
            if isLast { return nil }
            start = segment.end + 1
        }
    }

    /// What is known of each segment; for `PatternSearch`.
    static func entries(of path: Span<UInt8>, in table: borrowing CompiledTable) -> [SegmentTable.Entry] {
        var entries: [SegmentTable.Entry] = []
        var start = 1
        while true {
            let segment = scan(path, from: start, table.bytes)
            if segment.end == start {
                entries.append(SegmentTable.Entry(spelling: SegmentTable.empty, word: SegmentTable.empty))
            } else if segment.isSpecial {
                var decoder = SegmentDecoder()
                _ = decoder.decode(path, start..<segment.end)
                entries.append(decoder.entry(in: table.segments))
            } else {
                entries.append(table.segments.find(path, start..<segment.end, hash: segment.hash))
            }
            if segment.end == path.count { return entries }
            start = segment.end + 1
        }
    }

    private mutating func follow(_ segment: SegmentTable.Entry, in table: borrowing CompiledTable) {
        state = table.match.next(state, segment.spelling)
        if table.checksSpellings { variant = table.variants.next(variant, segment.word) }
    }

    /// At the end it is a trailing slash; the answers of `variant` are for the path with and without one, so that
    /// it stays where it is.
    private mutating func takeEmpty(isLast: Bool, in table: borrowing CompiledTable) {
        state = table.match.states[Int(state)].empty
        if isLast { return }
        needed.insert(.emptySegment)
        if table.checksSpellings { variant = table.variants.states[Int(variant)].empty }
    }

    @inline(never)
    private mutating func takeSpecial(
        _ path: Span<UInt8>, _ start: Int, _ segment: inout ScannedSegment, in table: borrowing CompiledTable
    ) -> TargetAmbiguity? {
        var decoder = SegmentDecoder()
        if let ambiguity = decoder.decode(path, start..<segment.end) { return ambiguity }
        needed.formUnion(decoder.needed)
        follow(decoder.entry(in: table.segments), in: table)
        return nil
    }

    private struct ScannedSegment {
        var end: Int
        var hash: UInt64
        var isSpecial: Bool
        var isForbidden: Bool
    }

    private static func scan(_ path: Span<UInt8>, from start: Int, _ bytes: borrowing PathBytes) -> ScannedSegment {
        var hash = SegmentTable.hashSeed
        var seen: UInt16 = 0
        var index = start
        while index < path.count {
            let mark = bytes.mark(path[index])
            if mark == PathBytes.slash { break }
            seen |= mark
            hash = SegmentTable.hash(hash, folded: UInt8(truncatingIfNeeded: mark))
            index += 1
        }
        return ScannedSegment(
            end: index, hash: hash, isSpecial: seen & PathBytes.special != 0,
            isForbidden: seen & PathBytes.forbidden != 0)
    }

    private static func isDots(_ path: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where path[index] != PathBytes.Character.dot { return false }
        return true
    }
}
