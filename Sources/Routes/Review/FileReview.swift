/// Reviews a whole file: the rules of each host as if there were no others, and what concerns all of them.
struct FileReview {
    let sets: [RuleSet]
    /// Of the sets.
    let tables: [RouteTable]
    /// nil: the file names no host.
    let hosts: HostTables?
    /// By the rules' numbers in the file.
    let routes: [RouteStatement]
    let expectations: [Expectation]
    let upstreams: [Upstream]
    let pathsExact: Bool

    func run(_ reporter: Reporter) {
        let named = Set(sets.compactMap(\.host))
        /// By the rules' numbers in the file: for each host, why they never decide; nil where they do.
        var findings: [Int: [NeverDecidesCheck.Finding?]] = [:]
        for (number, set) in sets.enumerated() {
            let review = Review(set, tables[number], pathsExact: pathsExact, host: set.host?.sample(besides: named))
            review.run(
                set.ids.map { routes[$0.index] }, expectations.filter { concerns($0, number) }, upstreams: upstreams,
                reporter)
            let found = NeverDecidesCheck(review).findings()
            for (id, finding) in zip(set.ids, found) { findings[id.index, default: []].append(finding) }
        }
        SimilarValueCheck.run(routes, expectations, reporter)
        for (rule, ofHosts) in findings {
            // A rule outside of all hosts may have something to decide for one of them only.
            guard let first = ofHosts.first ?? nil, ofHosts.allSatisfy({ $0 != nil }) else { continue }
            reporter.warning(routes[rule].path.place, first.message, hint: first.hint, kind: .neverDecides)
        }
    }

    private func concerns(_ expectation: Expectation, _ set: Int) -> Bool {
        guard let hosts else { return true }
        return expectation.hosts.contains { hosts.site(of: Array($0.utf8).span) == set }
    }
}
