/// Paths that stand for all that a pattern matches: where it may vary they have a segment that no pattern names.
struct PathSamples {
    private let search: PatternSearch
    private let segments: SegmentTable
    /// Digits, which have no case.
    private let filler: [UInt8]

    init(_ rules: [Rule], _ index: EndpointIndex) {
        let segments = SegmentTable(index.patterns)
        var filler = Array("0".utf8)
        while segments.number(of: filler) >= 0 { filler.append(UInt8(ascii: "0")) }
        (self.segments, self.filler) = (segments, filler)
        search = PatternSearch(PatternTrie(index.patterns, segments: segments), index.endpoints, segments, rules)
    }

    /// Every path's rules that match the pattern's sample, the most specific first.
    func endpoints(_ pattern: PathPattern) -> [Endpoint] {
        let fixed = pattern.segments.map { segment -> SegmentTable.Entry in
            guard case .literal(let literal) = segment else { return .unknown }
            let spelling = segments.number(of: literal)
            guard spelling >= 0 else { return .unknown }
            return SegmentTable.Entry(spelling: spelling, word: segments.wordOfSpelling[Int(spelling)], isPlain: true)
        }
        return search.endpoints(pattern.hasRest ? fixed + [.unknown] : fixed)
    }

    /// Requests' paths: for `**` with nothing, one and several segments.
    func paths(_ pattern: PathPattern) -> [[UInt8]] {
        let fixed = pattern.segments.map { segment in
            if case .literal(let literal) = segment { literal } else { filler }
        }
        let rests = pattern.hasRest ? [0, 1, 3] : [0]
        let paths = rests.map { fixed + [[UInt8]](repeating: filler, count: $0) }
        return paths.filter { !$0.isEmpty }.map(PathSpelling.path)
    }
}
