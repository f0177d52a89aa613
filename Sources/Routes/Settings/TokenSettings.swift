/// The block `tokens`: which tokens are believed, and where in them the user's data stands.
package struct TokenSettings: Sendable, Equatable {
    /// What a token that isn't valid is answered with; `invalid-token-status 403` is for those who want it.
    package enum InvalidTokenStatus: Int, Sendable {
        case unauthorized = 401
        case forbidden = 403
    }

    /// In file order, at least one where there are no accounts.
    package var keys: [KeySettings]
    /// Empty: the issuer isn't checked. Otherwise the claim is required and must be one of these, byte for byte.
    package var issuers: [[UInt8]] = []
    /// Empty: the audience isn't checked. Otherwise the claim is required and one of its values must be one of these.
    package var audiences: [[UInt8]] = []
    /// Applies to `nbf` and `iat`, never to `exp`.
    package var leeway: Duration = .seconds(5)
    /// Refuses tokens whose exp − iat exceeds it.
    package var maxLifetime: Duration?
    package var subjectClaim = [UInt8]("sub".utf8)
    package var roleClaim = [UInt8]("role".utf8)
    package var scopeClaim = [UInt8]("scope".utf8)
    package var emailClaim = [UInt8]("email".utf8)
    package var invalidTokenStatus = InvalidTokenStatus.unauthorized
    package var line: Int

    package init(keys: [KeySettings], line: Int = 0) {
        self.keys = keys
        self.line = line
    }
}
