internal import Routes

/// What the configuration demands of claims, prepared for looking them up.
///
/// A class because a dozen arrays are in it: as a struct, handing it on counted a dozen references.
final class ClaimRules: Sendable {
    let issuers: [[UInt8]]
    let audiences: [[UInt8]]
    /// Milliseconds; for `nbf` and `iat` only.
    let leeway: Int64
    /// Milliseconds.
    let maximumLifetime: Int64?

    let subject: ClaimName
    let role: ClaimName
    let scope: ClaimName
    let email: ClaimName

    // RFC 7519 §4.1. Kept beside the others because preparing a name allocates.
    let issuerName = ClaimName(Array("iss".utf8))
    let audienceName = ClaimName(Array("aud".utf8))
    let expiryName = ClaimName(Array("exp".utf8))
    let notBeforeName = ClaimName(Array("nbf".utf8))
    let issuedAtName = ClaimName(Array("iat".utf8))
    let identifierName = ClaimName(Array("jti".utf8))
    let typeName = ClaimName(Array("typ".utf8))

    init(_ settings: TokenSettings) {
        issuers = settings.issuers
        audiences = settings.audiences
        leeway = settings.leeway.wholeMilliseconds
        maximumLifetime = settings.maxLifetime?.wholeMilliseconds
        subject = ClaimName(settings.subjectClaim)
        role = ClaimName(settings.roleClaim)
        scope = ClaimName(settings.scopeClaim)
        email = ClaimName(settings.emailClaim)
    }
}

extension Duration {
    /// Rounded down. The language of routes.conf has nothing finer.
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
