/// Warns of `tolerate` on a rule for a whole area in which other rules guard more: an application that reads `//admin` as `/admin`
/// serves what the rule for `/admin` guards.
struct ToleranceCheck {
    private let review: Review

    init(_ review: Review) { self.review = review }

    func run(_ routes: [RouteStatement], _ reporter: Reporter) {
        for rule in review.rules where rule.path.hasRest && !rule.options.tolerate.isEmpty {
            let guarded = review.rules.first {
                $0.path != rule.path && rule.path.covers($0.path) && $0.access.strictness > rule.access.strictness
            }
            guard let guarded else { continue }
            reporter.warning(
                routes[rule.id.index].path.place,
                "\(rule.pattern) tolerates what an application may read as \(guarded.pattern), which line \(guarded.line) guards",
                hint: "tolerate it for the paths that need it only, such as /files/**", kind: .toleranceBesideGuard)
        }
    }
}
