/// Warns where a path is guarded for some methods and the others fall to a laxer rule: `GET /x role=admin` beside
/// `* /** authenticated`.
struct MethodGapCheck {
    private let rules: [Rule]
    private let index: EndpointIndex
    private let search: PatternSearch
    private let segments: SegmentTable

    init(_ rules: [Rule], _ index: EndpointIndex) {
        (self.rules, self.index) = (rules, index)
        segments = SegmentTable(index.patterns)
        search = PatternSearch(PatternTrie(index.patterns, segments: segments), index.endpoints, segments, rules)
    }

    func run(_ routes: [RouteStatement], _ reporter: Reporter) {
        for (pattern, endpoint) in zip(index.patterns, index.endpoints) {
            guard let guarded = strictest(endpoint) else { continue }
            let others = search.endpoints(entries(pattern))
            var fallen: [Method] = []
            var laxer: Rule?
            for method in AllowedMethods.usual where endpoint.rule(for: method) == nil {
                guard let rule = others.lazy.compactMap({ $0.rule(for: method) }).first.map({ rules[$0.index] }),
                    Self.strictness(rule.access) < Self.strictness(guarded.access),
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
                hint: "say who may use the other methods: * \(guarded.pattern) deny")
        }
    }

    /// The strictest rule of a path that doesn't cover every method; a `deny` of some methods is no guard of others.
    private func strictest(_ endpoint: Endpoint) -> Rule? {
        let ids = Set(AllowedMethods.usual.compactMap { endpoint.rule(for: $0) })
        let candidates = ids.map { rules[$0.index] }.filter { $0.access != .deny && $0.methods != .all }
        return candidates.max { left, right in
            (Self.strictness(left.access), right.id.index) < (Self.strictness(right.access), left.id.index)
        }
    }

    /// A path that the pattern matches, with segments that no pattern names where it may vary.
    private func entries(_ pattern: PathPattern) -> [SegmentTable.Entry] {
        let fixed = pattern.segments.map { segment -> SegmentTable.Entry in
            guard case .literal(let literal) = segment else { return .unknown }
            let spelling = segments.number(of: literal)
            return SegmentTable.Entry(spelling: spelling, word: segments.wordOfSpelling[Int(spelling)], isPlain: true)
        }
        return pattern.hasRest ? fixed + [.unknown] : fixed
    }

    private static func strictness(_ access: Access) -> Int {
        switch access {
        case .public: 0
        case .optional: 1
        case .authenticated: 2
        case .conditions: 3
        case .deny: 4
        }
    }
}
