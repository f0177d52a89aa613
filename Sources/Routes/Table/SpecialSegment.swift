/// A segment that holds an escape or a semicolon: what it is to the table, or why it is refused.
struct SpecialSegment {
    private(set) var entry = SegmentTable.Entry.unknown
    /// What a route must tolerate to decide it.
    private(set) var needed: Tolerance = []
    private(set) var ambiguity: TargetAmbiguity?

    init(_ path: Span<UInt8>, _ range: Range<Int>, in table: CompiledTable) {
        var decoder = SegmentDecoder()
        ambiguity = decoder.decode(path, range)
        guard ambiguity == nil else { return }
        needed = decoder.needed
        entry = decoder.entry(in: table.segments)
        if table.normalizes && decoder.mayNormalize { normalize(path, range, in: table) }
    }

    @inline(never)
    private mutating func normalize(_ path: Span<UInt8>, _ range: Range<Int>, in table: CompiledTable) {
        let decoded = PathSpelling.decoded(range.map { path[$0] }[...])
        let segment = NormalizedSegment(decoded)
        // An upstream that decodes twice, where a route tolerates that, may normalize after it.
        let twice = needed.contains(.doubleEscape) ? NormalizedSegment(PathSpelling.decoded(decoded[...])) : segment
        ambiguity = segment.ambiguity ?? twice.ambiguity
        if segment.hasSeparator || twice.hasSeparator { needed.insert(.compatibilitySeparator) }
        guard entry.word < 0, let word = segment.key.flatMap({ table.segments.word(key: $0) }) else { return }
        entry = SegmentTable.Entry(spelling: -1, word: word, isPlain: false)
    }
}
