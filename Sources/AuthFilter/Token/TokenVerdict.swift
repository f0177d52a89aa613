package import Routes

/// The outcome of checking a token.
package enum TokenVerdict: Sendable {
    case verified(VerifiedToken)
    case refused(TokenRefusal)
}

/// Why a token gives nobody access. In the order of precedence: a token that is invalid and expired is invalid.
package enum TokenRefusal: Sendable, Equatable {
    case invalid(TokenFault)
    case notYetValid
    case expired

    /// The code that the client sees.
    package var code: RefusalCode {
        switch self {
        case .invalid: .tokenInvalid
        case .notYetValid: .tokenNotYetValid
        case .expired: .tokenExpired
        }
    }

    /// One plain sentence without a full stop.
    package var explanation: String {
        switch self {
        case .invalid(let fault): fault.explanation
        case .notYetValid: "the token is not valid yet: nbf or iat lies in the future beyond the leeway"
        case .expired: "the token has expired"
        }
    }
}
