/// Warns of a rule that lets more people pass than the guarded area around it: `/admin/export public` within
/// `/admin/** role=admin`.
///
/// Around it is the nearest rule with `**` that would decide otherwise. It counts when it denies or has conditions, and
/// isn't `/**`: exceptions from what holds for the whole file are what files are made of. So is `/users/me` beside
/// `/users/{id}`. An expectation that says that the exception is meant silences the warning.
struct LaxerInsideCheck {
    private let review: Review
    private let upstreams: [Upstream]
    private let confirmed: Set<RouteID>

    init(_ review: Review, _ upstreams: [Upstream], _ expectations: [Expectation]) {
        (self.review, self.upstreams) = (review, upstreams)
        confirmed = Set(expectations.compactMap { Self.confirmed(by: $0, review) })
    }

    func run(_ routes: [RouteStatement], _ reporter: Reporter) {
        for (pattern, endpoint) in zip(review.index.patterns, review.index.endpoints) {
            for id in Set(AllowedMethods.usual.compactMap { endpoint.rule(for: $0) }) where !confirmed.contains(id) {
                let rule = review.rules[id.index]
                guard rule.access.strictness < Access.conditions([]).strictness,
                    let outer = outer(of: rule, pattern, endpoint)
                else { continue }
                reporter.warning(
                    routes[id.index].accessPlace,
                    "\(rule.pattern) is laxer than the rule around it, \(outer.pattern) \(outer.access.text) in line \(outer.line)",
                    hint: "if that is meant, add: \(expectation(of: rule))", kind: .laxerInside)
            }
        }
    }

    private func outer(of rule: Rule, _ pattern: PathPattern, _ endpoint: Endpoint) -> Rule? {
        let endpoints = review.samples.endpoints(pattern)
        for method in AllowedMethods.usual where endpoint.rule(for: method) == rule.id {
            let around = endpoints.lazy.compactMap { $0.rule(for: method) }.map { review.rules[$0.index] }
                .first { $0.path.hasRest && $0.path != pattern && $0.path.covers(pattern) }
            guard let around, !around.path.segments.isEmpty, around.access.isGuard else { continue }
            return around
        }
        return nil
    }

    /// The rule that an expectation says to let pass whom it lets pass.
    private static func confirmed(by expectation: Expectation, _ review: Review) -> RouteID? {
        guard case .upstream = expectation.result else { return nil }
        let path = Array(expectation.path.prefix { $0 != UInt8(ascii: "?") })
        let decision = review.table.decide(method: Array(expectation.method.utf8).span, path: path.span)
        guard case .matched(let id) = decision else { return nil }
        return expectation.whom == review.rules[id.index].access.widest ? id : nil
    }

    private func expectation(of rule: Rule) -> String {
        let method =
            switch rule.methods {
            case .all: "GET"
            case .named(let methods): methods[0].name
            }
        let path = review.samples.paths(rule.path).first.map { String(decoding: $0, as: UTF8.self) }
        let whom = rule.access.widest == .anonymous ? "anonymous" : "authenticated"
        let host = review.host.map { "http://\($0)" } ?? ""
        return
            "expect \(method) \(host)\(path ?? rule.pattern) as \(whom) => \(rule.upstream.map { upstreams[$0].name } ?? "…")"
    }
}

extension Access {
    /// True where not everybody with a valid token passes.
    fileprivate var isGuard: Bool { strictness >= Access.conditions([]).strictness }

    /// Whoever passes with the least.
    fileprivate var widest: Expectation.Whom {
        switch self {
        case .public, .optional: .anonymous
        case .authenticated, .conditions, .deny: .authenticated
        }
    }
}
