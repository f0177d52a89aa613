/// Finds rules that can never decide: because more specific rules leave them nothing, or because every path of theirs has
/// a spelling with another WHO and so is refused as ambiguous.
struct NeverDecidesCheck {
    struct Finding {
        let message: String
        let hint: String
    }

    private let review: Review

    init(_ review: Review) {
        self.review = review
    }

    /// By the rules' numbers.
    func findings() -> [Finding?] {
        let coverage = PatternCoverage(review.index)
        var findings = [Finding?](repeating: nil, count: review.rules.count)
        for (position, endpoint) in review.index.endpoints.enumerated() {
            for id in endpoint.rules {
                let rule = review.rules[id.index]
                let isEmptyOpen = rule.options.tolerate.contains(.emptySegment)
                if !isEmptyOpen, endpoint.methods(of: id).isSubset(of: coverage.taken[position] ?? .none) {
                    findings[id.index] = Finding(
                        message: "this rule never decides: more specific rules decide every path that it matches",
                        hint: "leave it out")
                } else if let other = refusing(rule, endpoint) {
                    findings[id.index] = finding(other)
                }
            }
        }
        return findings
    }

    private func finding(_ other: OtherSpelling) -> Finding {
        let rule = review.rules[other.route.index]
        return Finding(
            message: "this rule never decides: its paths are refused as ambiguous, since line \(rule.line) has another "
                + "WHO for " + String(decoding: other.path, as: UTF8.self),
            hint: "give both the same WHO, or say \"paths exact\" if the application tells such spellings apart")
    }

    /// The spelling for which the rule's samples are refused; nil when any of them passes.
    private func refusing(_ rule: Rule, _ endpoint: Endpoint) -> OtherSpelling? {
        let methods = AllowedMethods.usual.filter { endpoint.rule(for: $0) == rule.id }
        let paths = review.samples.paths(rule.path)
        let isRefused = methods.allSatisfy { method in
            paths.allSatisfy { path in
                let decision = review.table.decide(method: Array(method.name.utf8).span, path: path.span)
                return decision == .ambiguous(.otherSpelling)
            }
        }
        guard isRefused, let method = methods.first, let path = paths.last else { return nil }
        return review.table.explain(method: Array(method.name.utf8), path: path).otherSpelling
    }
}
