/// Warns of a rule for a single path that guards it, where all below it falls to a laxer rule for a whole area: `/admin role=admin`
/// beside `/** authenticated`. In other languages `/admin` is a prefix; here it is one path.
///
/// A rule that names the path itself and goes on, such as `/users/{id}` beside `/users`, is meant and counts as an answer.
struct PrefixGapCheck {
    private let review: Review

    init(_ review: Review) { self.review = review }

    func run(_ routes: [RouteStatement], _ reporter: Reporter) {
        for (pattern, endpoint) in zip(review.index.patterns, review.index.endpoints) {
            guard !pattern.hasRest, case .literal(let last)? = pattern.segments.last, !last.isEmpty else { continue }
            var below = pattern
            below.hasRest = true
            let others = review.samples.endpoints(below)
            var reported: Set<RouteID> = []
            for method in AllowedMethods.usual {
                guard let id = endpoint.rule(for: method), !reported.contains(id),
                    review.rules[id.index].access.strictness >= Access.conditions([]).strictness,
                    let laxer = others.lazy.compactMap({ $0.rule(for: method) }).first.map({ review.rules[$0.index] }),
                    laxer.path.segments.count < pattern.segments.count,
                    laxer.access.strictness < review.rules[id.index].access.strictness
                else { continue }
                reported.insert(id)
                let rule = review.rules[id.index]
                reporter.warning(
                    routes[id.index].path.place,
                    "\(rule.pattern) is this path alone: what is below it falls to line \(laxer.line), which is laxer",
                    hint: "write \(rule.pattern)/** if all below is meant too, or say who may use it", kind: .prefixGap)
            }
        }
    }
}
