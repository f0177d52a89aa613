/// What a careful reader of the rules of one host would ask about: legal, but probably not meant.
struct Review {
    let rules: [Rule]
    let index: EndpointIndex
    let table: RouteTable
    let pathsExact: Bool
    let samples: PathSamples
    /// Whose rules they are, as a request may name it; nil: the file names no host.
    let host: String?

    init(_ set: RuleSet, _ table: RouteTable, pathsExact: Bool, host: String?) {
        (rules, index, self.table, self.pathsExact, self.host) = (set.rules, set.index, table, pathsExact, host)
        samples = PathSamples(rules, index)
    }

    /// - Parameter routes: by the rules' index.
    func run(_ routes: [RouteStatement], _ expectations: [Expectation], upstreams: [Upstream], _ reporter: Reporter) {
        MethodGapCheck(self).run(routes, reporter)
        LaxerInsideCheck(self, upstreams, expectations).run(routes, reporter)
        if pathsExact { SlashGapCheck(self).run(routes, reporter) }
        PrefixGapCheck(self).run(routes, reporter)
        ToleranceCheck(self).run(routes, reporter)
        CaseSiblingCheck.run(rules, routes, reporter)
    }
}
