/// One route line: `METHODS PATH WHO [OPTIONS] [-> UPSTREAM]`.
package struct Rule: Sendable {
    package let id: RouteID
    package let line: Int
    package let methods: RuleMethods
    /// The path as it is written: what logs, metrics and `explain` call the rule.
    package let pattern: String
    package let access: Access
    package let options: RouteOptions
    /// An index into `Configuration.upstreams`; nil only on `deny`.
    package let upstream: Int?
    /// The path as it is matched.
    let path: PathPattern
}
