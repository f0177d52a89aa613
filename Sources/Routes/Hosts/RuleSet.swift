/// The rules that count for the requests of one host: its own, and those outside of every host.
struct RuleSet {
    /// nil: the file names no host, and the set holds every rule.
    let host: HostPattern?
    /// Numbered by their place here.
    let rules: [Rule]
    /// Their numbers in the file.
    let ids: [RouteID]
    let index: EndpointIndex

    /// One for each host, or one for all.
    ///
    /// - Parameter rules: without conflicts.
    static func all(_ rules: [Rule], hosts: [HostPattern]) -> [RuleSet] {
        if hosts.isEmpty { return [RuleSet(nil, rules)] }
        let general = rules.filter(\.hosts.isEmpty)
        var own: [HostPattern: [Rule]] = [:]
        for rule in rules {
            for host in rule.hosts { own[host, default: []].append(rule) }
        }
        return hosts.map { host in
            RuleSet(host, (general + (own[host] ?? [])).sorted { $0.id.index < $1.id.index })
        }
    }

    private init(_ host: HostPattern?, _ rules: [Rule]) {
        self.host = host
        ids = rules.map(\.id)
        self.rules = rules.enumerated().map { $0.element.numbered(RouteID(index: $0.offset)) }
        var index = EndpointIndex()
        for rule in self.rules { _ = index.enter(rule) }
        self.index = index
    }
}
