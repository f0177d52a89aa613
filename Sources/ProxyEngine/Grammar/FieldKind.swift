/// What the engine must know a field for. Everything else is `other` and passes as it came.
package enum FieldKind: UInt8, Sendable {
    case other
    /// RFC 9112 §6: decides where a message ends.
    case contentLength, transferEncoding
    case host, connection, expect, upgrade
    /// Of a request: RFC 9110 §7.6.2.
    case maxForwards
    /// Of a response: one that has none gets one (RFC 9110 §6.6.1).
    case date
    /// Of a response: names paths of the application, which may not be those that clients ask for.
    case location, setCookie
    /// Carries the client's credentials; forwarded only where the passage says so.
    case authorization
    /// Meant for this hop alone (RFC 9110 §7.6.1): never forwarded.
    case hopByHop
    /// Names a peer may not set: what the gateway itself vouches for or rebuilds, and what is known to mislead
    /// upstreams (`Proxy`, `X-Original-URL`). Never forwarded, in any spelling.
    case reserved
    /// Folds to a framing field without being one (`Content_Length`): some upstream would read it as one.
    case framingLookalike
}
