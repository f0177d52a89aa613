/// What a careful reader of the file would ask about: legal, but probably not meant.
struct Review {
    let rules: [Rule]
    let index: EndpointIndex
    let table: RouteTable
    let pathsExact: Bool
    let samples: PathSamples

    init(_ rules: [Rule], _ index: EndpointIndex, _ table: RouteTable, pathsExact: Bool) {
        (self.rules, self.index, self.table, self.pathsExact) = (rules, index, table, pathsExact)
        samples = PathSamples(rules, index)
    }

    /// - Parameter routes: by the rules' index.
    func run(_ routes: [RouteStatement], _ expectations: [Expectation], upstreams: [Upstream], _ reporter: Reporter) {
        MethodGapCheck(self).run(routes, reporter)
        LaxerInsideCheck(self, upstreams, expectations).run(routes, reporter)
        if pathsExact { SlashGapCheck(self).run(routes, reporter) }
        CaseSiblingCheck.run(rules, routes, reporter)
        SimilarValueCheck.run(routes, expectations, reporter)
        NeverDecidesCheck(self).run(routes, reporter)
    }
}
