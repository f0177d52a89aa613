/// A second look at a path that `PathWalk` has taken whole: where its other spellings matter, or where the automata
/// end.
enum PathSegments {
    /// Where the path's other spellings lead. A trailing slash is left out: the answers of `VariantAutomaton` are for the
    /// path with and without one.
    static func variant(of path: Span<UInt8>, in table: CompiledTable) -> Int32 {
        var variant = VariantAutomaton.start
        forEach(path, table) { segment, isLast in
            if !segment.isEmpty {
                variant = table.variants.next(variant, segment.word)
            } else if !isLast {
                variant = table.variants.empty(variant)
            }
        }
        return variant
    }

    static func entries(of path: Span<UInt8>, in table: CompiledTable) -> [SegmentTable.Entry] {
        var entries: [SegmentTable.Entry] = []
        forEach(path, table) { segment, _ in entries.append(segment) }
        return entries
    }

    private static func forEach(
        _ path: Span<UInt8>, _ table: CompiledTable, _ body: (_ segment: SegmentTable.Entry, _ isLast: Bool) -> Void
    ) {
        var start = 1
        while true {
            let segment = table.bytes.scan(path, from: start)
            let isLast = segment.end == path.count
            if segment.end == start {
                body(.empty, isLast)
            } else if segment.isSpecial {
                body(SpecialSegment(path, start..<segment.end, in: table).entry, isLast)
            } else {
                body(table.segments.find(path.bytes, start..<segment.end), isLast)
            }
            if isLast { return }
            start = segment.end + 1
        }
    }
}
