/// One route line: `METHODS PATH WHO [OPTIONS] [-> UPSTREAM]`.
package struct Rule: Sendable {
    package let id: RouteID
    package let line: Int
    /// Whose requests it is for; empty: those of every host that the file names, or all where it names none.
    package let hosts: [HostPattern]
    package let methods: RuleMethods
    /// The path as it is written: what logs, metrics and `explain` call the rule.
    package let pattern: String
    package let access: Access
    package let options: RouteOptions
    /// An index into `Configuration.upstreams`; nil only on `deny`.
    package let upstream: Int?
    /// The path as it is matched.
    let path: PathPattern

    /// The same rule by another number.
    func numbered(_ id: RouteID) -> Rule {
        Rule(
            id: id, line: line, hosts: hosts, methods: methods, pattern: pattern, access: access, options: options,
            upstream: upstream, path: path)
    }
}
