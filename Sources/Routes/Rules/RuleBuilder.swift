/// From the route statements of a file to its rules: upstreams are found, conflicts reported.
struct RuleBuilder {
    private(set) var rules: [Rule] = []

    /// Of the rules outside of every host.
    private var general = EndpointIndex()
    private var ofHost: [HostPattern: EndpointIndex] = [:]

    private let upstreams: [Upstream]
    /// False when a faulty `upstream` line may be the one that is missing here.
    private let isComplete: Bool
    private let reporter: Reporter

    init(upstreams: [Upstream], isComplete: Bool, _ reporter: Reporter) {
        (self.upstreams, self.isComplete, self.reporter) = (upstreams, isComplete, reporter)
    }

    mutating func add(_ route: RouteStatement) {
        let rule = Rule(
            id: RouteID(index: rules.count), line: route.statement.line, hosts: route.hosts,
            methods: route.methods, pattern: route.path.text, access: route.access, options: route.options,
            upstream: upstream(of: route), path: route.pattern)
        enter(rule, route)
        checkPrefix(rule, route)
        rules.append(rule)
    }

    /// Of two rules that are for several hosts alike, one conflict is enough to be told.
    private mutating func enter(_ rule: Rule, _ route: RouteStatement) {
        if rule.hosts.isEmpty {
            if let conflict = general.enter(rule) { report(conflict, nil, route) }
            return
        }
        let conflicts = rule.hosts.compactMap { host in
            ofHost[host, default: EndpointIndex()].enter(rule).map { (conflict: $0, host: host) }
        }
        if let first = conflicts.first { report(first.conflict, first.host, route) }
    }

    private func report(_ conflict: Endpoint.Conflict, _ host: HostPattern?, _ route: RouteStatement) {
        let earlier = rules[conflict.earlier.index]
        let what = conflict.method.map(\.name) ?? "every method (\"*\")"
        let same = earlier.pattern == route.path.text ? "this path" : "the same path, \(earlier.pattern),"
        let place = host.map { " at the host \($0.text)" } ?? ""
        reporter.error(
            route.path.place, "conflict: line \(earlier.line) already decides \(what) for \(same)\(place)",
            hint:
                "which rule decides never depends on the order of lines; names of {parameters} don't distinguish paths",
            kind: .routeConflict)
    }

    /// An upstream that removes a prefix finds it in every request.
    private func checkPrefix(_ rule: Rule, _ route: RouteStatement) {
        guard rule.access != .deny, let upstream = rule.upstream.map({ upstreams[$0] }),
            let prefix = upstream.stripPrefix, !rule.path.starts(with: prefix)
        else { return }
        reporter.error(
            route.path.place,
            "the path must start with \(prefix), which the upstream \"\(upstream.name)\" of line \(upstream.line) removes",
            hint: "write \(prefix)/** or a path below it, or lead this rule to another upstream",
            kind: .stripPrefixMismatch)
    }

    private func upstream(of route: RouteStatement) -> Int? {
        guard let word = route.upstream else {
            if upstreams.count == 1 { return route.access == .deny ? nil : 0 }
            if route.access != .deny && isComplete {
                reporter.error(
                    route.statement.end,
                    upstreams.isEmpty
                        ? "the file names no upstream that this rule could lead to"
                        : "expected \"->\" and one of the upstreams \(upstreams.map(\.name).joined(separator: ", "))")
            }
            return nil
        }
        if let index = upstreams.firstIndex(where: { $0.name == word.text }) { return index }
        if isComplete {
            reporter.error(
                word.place, "unknown upstream \"\(word.text)\"",
                hint: Suggestion.hint(for: word.text, among: upstreams.map(\.name))
                    ?? "name it in a line: upstream \(word.text) http://HOST:PORT",
                kind: .unknownUpstream)
        }
        return nil
    }
}
