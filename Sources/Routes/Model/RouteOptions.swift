/// The options of a route.
package struct RouteOptions: Sendable, Equatable {
    /// `timeout=30s`: replaces `Limits.responseTimeout`.
    package var timeout: Duration?
    /// `max-body=10MB`, in bytes; nil: no limit.
    package var maxBody: Int?
    /// `rate=100/m`, of one client's network, over all requests that the rule lets pass; nil: no limit.
    package var rate: Rate?
    /// `pass-token`: the header that carried the token is forwarded.
    package var passToken = false
    /// `trailers`: the trailers of request and response are forwarded; otherwise they are dropped.
    package var passTrailers = false
    /// `outlive-token`: WebSockets, event streams and downloads go on when the token has expired or was revoked.
    package var outlivesToken = false
    /// `tolerate=…`
    package var tolerate: Tolerance = []

    package init() {}
}
