/// The rules that match one path, and which of them is before the others for one method.
struct RuleContest {
    private struct Entry {
        let rule: Rule
        let kinds: [SegmentKind]
        /// nil: not this method.
        let cover: MethodCover?

        /// Among those of one path: the host's own come first, those that aren't for the method last.
        private var rank: Int {
            guard let cover else { return .max }
            return rule.hosts.isEmpty ? MethodCover.allCases.count + cover.rawValue : cover.rawValue
        }

        func isBefore(_ other: Entry) -> Bool {
            if kinds != other.kinds { return kinds.lexicographicallyPrecedes(other.kinds) }
            return (rank, rule.id.index) < (other.rank, other.rule.id.index)
        }
    }

    private let entries: [Entry]

    init(_ rules: [Rule], method: Method, path: [[UInt8]]) {
        let matching = rules.filter { $0.path.matches(path) }
        let entries = matching.map {
            Entry(rule: $0, kinds: $0.path.kinds, cover: MethodCover($0.methods, method))
        }
        self.entries = entries.sorted { $0.isBefore($1) }
    }

    var winner: Rule? { first?.rule }

    private var first: Entry? { entries.first { $0.cover != nil } }

    /// The winner first, then the others, the most specific first.
    ///
    /// - Parameter winning: what the winner's standing is.
    func candidates(winning: Standing) -> [RouteExplanation.Candidate] {
        guard let first else {
            return entries.map { RouteExplanation.Candidate(route: $0.rule.id, standing: .methodDoesNotMatch) }
        }
        let others = entries.filter { $0.rule.id != first.rule.id }
        return [RouteExplanation.Candidate(route: first.rule.id, standing: winning)]
            + others.map { RouteExplanation.Candidate(route: $0.rule.id, standing: Self.standing($0, behind: first)) }
    }

    private static func standing(_ entry: Entry, behind winner: Entry) -> Standing {
        guard let cover = entry.cover else { return .methodDoesNotMatch }
        for (segment, (kind, other)) in zip(entry.kinds, winner.kinds).enumerated() where kind != other {
            return .lessSpecific(segment: segment, kind: kind, thanKind: other)
        }
        if entry.rule.hosts.isEmpty && !winner.rule.hosts.isEmpty { return .generalRuleLoses }
        switch cover {
        case .wildcard: return .wildcardMethodLoses
        // Two rules of one path that name one method are a conflict: only HEAD can be covered twice.
        case .headByGet, .named: return .headCoverLoses
        }
    }
}
