/// When a token is valid, in whole milliseconds, leeway included.
struct ValidityPeriod: Sendable {
    enum Position { case before, within, after }

    /// The first millisecond at which neither `nbf` nor `iat` lies in the future by more than the leeway.
    private let start: Int64
    /// The first millisecond at which the token is no longer valid. `exp` has no leeway (RFC 7519 §4.1.4: "on or
    /// after which the JWT MUST NOT be accepted").
    private let end: Int64

    init(_ claims: ClaimSet, leeway: Int64) {
        let latest = max(claims.notBefore?.ceilingMilliseconds ?? 0, claims.issuedAt?.ceilingMilliseconds ?? 0)
        start = latest - leeway
        end = claims.expiry.ceilingMilliseconds
    }

    /// A token that is not yet valid and has expired is not yet valid.
    func position(of now: UnixTime) -> Position {
        if now.milliseconds < start { return .before }
        return now.milliseconds < end ? .within : .after
    }
}
