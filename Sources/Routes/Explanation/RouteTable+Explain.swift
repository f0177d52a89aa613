extension RouteTable {
    /// Decides as `decide` does, and says why. Looks at every rule: for people, not for requests.
    ///
    /// - Parameters:
    ///   - method: as received.
    ///   - path: as received, without a query.
    package func explain(method: [UInt8], path: [UInt8]) -> RouteExplanation {
        let decision = decide(method: method.span, path: path.span)
        guard Self.isReadable(path, decision) else {
            return RouteExplanation(decision: decision, segments: [], candidates: [], otherSpelling: nil)
        }
        let method = table.methods.method(named: method.span)
        let spelling = PathSpelling(path)
        let contest = RuleContest(table.written, method: method, path: spelling.segments)
        var winning = Standing.decides
        var other: OtherSpelling?
        if case .ambiguous(let ambiguity) = decision {
            winning = .wouldDecide
            if ambiguity == .otherSpelling, let rule = contest.winner {
                other = SpellingFinder(table, method: method, path: spelling, rule: rule).find()
            }
        }
        return RouteExplanation(
            decision: decision, segments: spelling.segments, candidates: contest.candidates(winning: winning),
            otherSpelling: other)
    }

    /// What no route can tolerate ends the reading of a path.
    private static func isReadable(_ path: [UInt8], _ decision: RouteDecision) -> Bool {
        guard path.first == PathBytes.Character.slash else { return false }
        guard case .ambiguous(let ambiguity) = decision else { return true }
        return ambiguity.tolerance != nil || ambiguity == .otherSpelling
    }
}
