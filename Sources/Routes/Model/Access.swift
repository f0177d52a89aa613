/// WHO may pass a route.
package enum Access: Sendable, Equatable {
    /// No token is read; no identity is set.
    case `public`
    /// Without a token as `public`; a token that is there must be valid and gives identity.
    case optional
    /// Any valid token.
    case authenticated
    /// Nobody.
    case deny
    /// A valid token that meets all of these; the first unmet one in written order gives the refusal.
    case conditions([Condition])
}
