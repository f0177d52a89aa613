package import Routes

/// The outcome of authorizing.
package enum Authorization: Sendable {
    case permitted(Permit)
    case refused(AccessRefusal)
}

/// Why a request with a good token, or without any, may not use a route.
package enum AccessRefusal: Sendable, Equatable {
    case tokenMissing
    case routeDenied
    case roleRequired
    /// Of `sub=` and `claim.NAME=`.
    case claimRequired
    /// With the scopes of the condition, for the challenge (RFC 6750 §3).
    case scopeRequired([[UInt8]])

    /// The code that the client sees.
    package var code: RefusalCode {
        switch self {
        case .tokenMissing: .tokenMissing
        case .routeDenied: .routeDenied
        case .roleRequired: .roleRequired
        case .claimRequired: .claimRequired
        case .scopeRequired: .scopeRequired
        }
    }

    init(unmet condition: Condition) {
        self =
            switch condition.subject {
            case .role: .roleRequired
            case .scope: .scopeRequired(condition.values)
            case .subject, .claim: .claimRequired
            }
    }
}

/// What a route wants to know of a request's credentials.
package enum CredentialNeed: Sendable, Equatable {
    /// They are not read: an expired or forged token changes nothing.
    case none
    /// None is fine; what is there must be valid.
    case optional
    case required
}
