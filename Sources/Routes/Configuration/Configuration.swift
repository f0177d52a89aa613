/// The meaning of one `routes.conf`: everything the gateway is told, checked and resolved.
///
/// A value: a reload builds a new one and swaps it whole.
package struct Configuration: Sendable {
    /// The name of the file as it was given; it stands in every diagnostic.
    package let file: String
    /// In file order, at least one.
    package var listeners: [Listener]
    package var admin: Listener?
    /// In file order; `Rule.upstream` is an index here.
    package var upstreams: [Upstream]
    /// Whose `X-Forwarded-…` and `X-Request-Id` are believed; empty: nobody's.
    package var trustedProxies: [AddressBlock]
    package var tokens: TokenSettings?
    /// nil: no blacklist is consulted.
    package var blacklist: BlacklistSettings?
    /// nil: the gateway logs nobody in.
    package var accounts: AccountSettings?
    /// nil: what the application says of other origins goes on, and OPTIONS is an ordinary method.
    package var cors: CORSSettings?
    package var identity: IdentitySettings
    package var log: LogSettings
    package var limits: Limits
    /// `paths exact`: a path whose other spelling has another WHO isn't refused.
    package var pathsExact: Bool
    /// In file order; `RouteID.index` is the position here.
    package var rules: [Rule]
    package var expectations: [Expectation]
    /// The rules, compiled for matching; without any where the file names hosts.
    package var table: RouteTable
    /// The rules of each host; nil: the file names none, and requests for any host are decided by `table`.
    package var hosts: HostTables?
}

/// What became of one file: a configuration unless there is any error, and everything there is to say about it.
package struct ParseResult: Sendable {
    /// nil when the diagnostics hold any error.
    package let configuration: Configuration?
    /// Errors and warnings in the order of the file.
    package let diagnostics: [Diagnostic]

    package var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
    package var warnings: [Diagnostic] { diagnostics.filter { $0.severity == .warning } }
}
