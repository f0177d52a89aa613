/// Warns of segments at one place that differ in ASCII case only: `/Admin` beside `/admin`.
enum CaseSiblingCheck {
    static func run(_ rules: [Rule], _ routes: [RouteStatement], _ reporter: Reporter) {
        // By the path up to a segment, without case: how the segment is spelled, and where first.
        var spellings: [[PathPattern.Segment]: [[UInt8]: Int]] = [:]
        for rule in rules {
            var prefix: [PathPattern.Segment] = []
            for segment in rule.path.segments {
                guard case .literal(let literal) = segment else {
                    prefix.append(.any)
                    continue
                }
                prefix.append(.literal(literal.map(SegmentTable.folded)))
                let known = spellings[prefix, default: [:]]
                if known[literal] != nil { continue }
                spellings[prefix, default: [:]][literal] = rule.line
                guard let first = known.min(by: { $0.value < $1.value }) else { continue }
                reporter.warning(
                    routes[rule.id.index].path.place,
                    "\"\(text(literal))\" differs from \"\(text(first.key))\" in line \(first.value) in case only",
                    hint: "case counts in paths; write both alike, unless the application tells them apart",
                    kind: .caseSiblings)
            }
        }
    }

    private static func text(_ literal: [UInt8]) -> String { String(decoding: literal, as: UTF8.self) }
}
