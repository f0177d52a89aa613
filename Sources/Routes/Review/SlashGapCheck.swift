/// Warns where a path is guarded, and the same path with or without a slash at its end falls to a laxer rule.
///
/// Only a file that says `paths exact` lets such a request pass. A rule of its own for the other spelling is meant.
struct SlashGapCheck {
    private let review: Review

    init(_ review: Review) {
        self.review = review
    }

    func run(_ routes: [RouteStatement], _ reporter: Reporter) {
        for (pattern, endpoint) in zip(review.index.patterns, review.index.endpoints) {
            guard let toggled = Self.toggled(pattern) else { continue }
            let others = review.samples.endpoints(toggled)
            var reported: Set<RouteID> = []
            for method in AllowedMethods.usual {
                guard let id = endpoint.rule(for: method), !reported.contains(id),
                    let laxer = others.lazy.compactMap({ $0.rule(for: method) }).first.map({ review.rules[$0.index] }),
                    laxer.path != toggled, laxer.access.strictness < review.rules[id.index].access.strictness
                else { continue }
                reported.insert(id)
                report(review.rules[id.index], laxer, routes[id.index], reporter)
            }
        }
    }

    private func report(_ rule: Rule, _ laxer: Rule, _ route: RouteStatement, _ reporter: Reporter) {
        let other = rule.pattern.last == "/" ? String(rule.pattern.dropLast()) : rule.pattern + "/"
        reporter.warning(
            route.path.place,
            "\(rule.pattern) is guarded, but \(other) falls to line \(laxer.line), which is laxer",
            hint: "say who may use it: \(rule.methods.text) \(other) \(rule.access.text)", kind: .slashGap)
    }

    /// nil where the pattern matches both, or there is no other.
    private static func toggled(_ pattern: PathPattern) -> PathPattern? {
        var toggled = pattern
        if pattern.hasRest { return nil }
        if pattern.segments.last == .literal([]) {
            toggled.segments.removeLast()
        } else {
            toggled.segments.append(.literal([]))
        }
        return toggled.segments.isEmpty ? nil : toggled
    }
}
