/// Warns where a path is guarded for some methods and the others fall to a laxer rule: `GET /x role=admin` beside
/// `* /** authenticated`.
struct MethodGapCheck {
    private let rules: [Rule]
    private let index: EndpointIndex
    private let samples: PathSamples

    init(_ review: Review) {
        (rules, index, samples) = (review.rules, review.index, review.samples)
    }

    func run(_ routes: [RouteStatement], _ reporter: Reporter) {
        for (pattern, endpoint) in zip(index.patterns, index.endpoints) {
            guard let guarded = strictest(endpoint) else { continue }
            let others = samples.endpoints(pattern)
            var fallen: [Method] = []
            var laxer: Rule?
            for method in AllowedMethods.usual where endpoint.rule(for: method) == nil {
                guard let rule = others.lazy.compactMap({ $0.rule(for: method) }).first.map({ rules[$0.index] }),
                    rule.access.strictness < guarded.access.strictness,
                    laxer == nil || laxer?.id == rule.id
                else { continue }
                fallen.append(method)
                laxer = rule
            }
            guard let laxer else { continue }
            let names = fallen.map(\.name).joined(separator: ", ")
            reporter.warning(
                routes[guarded.id.index].statement.keyword.place,
                "\(guarded.pattern) is guarded for \(guarded.methods.text) only; \(names) fall to line \(laxer.line), which is laxer",
                hint: "say who may use the other methods: * \(guarded.pattern) deny", kind: .methodGap)
        }
    }

    /// The strictest rule of a path that doesn't cover every method; a `deny` of some methods is no guard of others.
    private func strictest(_ endpoint: Endpoint) -> Rule? {
        let ids = Set(AllowedMethods.usual.compactMap { endpoint.rule(for: $0) })
        let candidates = ids.map { rules[$0.index] }.filter { $0.access != .deny && $0.methods != .all }
        return candidates.max { left, right in
            (left.access.strictness, right.id.index) < (right.access.strictness, left.id.index)
        }
    }
}
