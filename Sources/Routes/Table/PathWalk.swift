/// One request's way through `MatchAutomaton`, segment by segment.
struct PathWalk {
    private(set) var state = MatchAutomaton.start
    /// What a route must tolerate to decide this path.
    private(set) var needed: Tolerance = []
    /// The state before a trailing slash; -1: there is none.
    private var beforeSlash: Int32 = -1
    /// See `SpellingSafety`.
    private var isPlain = true

    /// True when no other spelling of the path needs to be looked at.
    func isSafe(_ safety: [SpellingSafety.State]) -> Bool {
        guard isPlain else { return false }
        return beforeSlash < 0 ? safety[Int(state)].isSafe : safety[Int(beforeSlash)].isSafeWithSlash
    }

    /// Reads the whole path, because what can't be tolerated in it is told before anything else.
    mutating func take(_ path: Span<UInt8>, in table: CompiledTable) -> TargetAmbiguity? {
        guard path.count > 0, path[0] == PathBytes.Character.slash else { return .notAbsolute }
        var start = 1
        while true {
            let segment = table.bytes.scan(path, from: start)
            if segment.marks != 0 {
                if segment.isForbidden { return .forbiddenByte }
                if let ambiguity = takeSpecial(path, start..<segment.end, in: table) { return ambiguity }
            } else if segment.end == start {
                takeEmpty(isLast: segment.end == path.count, in: table)
            } else {
                if path[start] == PathBytes.Character.dot, Self.isDots(path, start..<segment.end) { return .dotSegment }
                follow(table.segments.find(path.bytes, start..<segment.end), in: table)
            }
            if segment.end == path.count { return nil }
            start = segment.end &+ 1
        }
    }

    @inline(__always)
    private mutating func follow(_ segment: SegmentTable.Entry, in table: CompiledTable) {
        if !segment.isPlain { isPlain = false }
        state = table.match.next(state, segment.spelling)
    }

    private mutating func takeEmpty(isLast: Bool, in table: CompiledTable) {
        if isLast { beforeSlash = state } else { needed.insert(.emptySegment) }
        state = table.match.empty(state)
    }

    @inline(never)
    private mutating func takeSpecial(
        _ path: Span<UInt8>, _ segment: Range<Int>, in table: CompiledTable
    ) -> TargetAmbiguity? {
        let special = SpecialSegment(path, segment, in: table)
        if let ambiguity = special.ambiguity { return ambiguity }
        needed.formUnion(special.needed)
        follow(special.entry, in: table)
        return nil
    }

    private static func isDots(_ path: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where path[index] != PathBytes.Character.dot { return false }
        return true
    }
}
