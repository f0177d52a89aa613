internal import AuthFilter
internal import ProxyEngine
internal import Routes

/// Every refusal of the rules and tokens as the engine answers it, with its challenge. Made once for a configuration.
struct RefusalCatalogue: Sendable {
    private let missing: Refusal
    private let invalid: Refusal
    private let expired: Refusal
    private let notYetValid: Refusal
    let revoked: Refusal
    let blacklistUnavailable: Refusal
    let hostUnknown: Refusal
    let noRoute: Refusal
    private let roleRequired: Refusal
    private let claimRequired: Refusal
    private let routeDenied: Refusal

    init(invalidToken status: TokenSettings.InvalidTokenStatus) {
        // RFC 6750 §3: a challenge names no error when the request had no credentials.
        missing = Self.make(.tokenMissing, fieldLines: "WWW-Authenticate: Bearer\r\n")
        invalid = Self.challenge(.tokenInvalid, status)
        expired = Self.challenge(.tokenExpired, status)
        notYetValid = Self.challenge(.tokenNotYetValid, status)
        revoked = Self.challenge(.tokenRevoked, status)
        blacklistUnavailable = Self.make(.blacklistUnavailable, source: .gateway, fieldLines: "Retry-After: 1\r\n")
        hostUnknown = Self.make(.hostUnknown)
        noRoute = Self.make(.noRoute)
        roleRequired = Self.make(.roleRequired)
        claimRequired = Self.make(.claimRequired)
        routeDenied = Self.make(.routeDenied)
    }

    func refusal(for fault: CredentialFault) -> Refusal {
        switch fault {
        case .malformed: invalid
        case .token(let refusal): self.refusal(for: refusal)
        }
    }

    private func refusal(for refusal: TokenRefusal) -> Refusal {
        switch refusal {
        // Not the token's fault: saying 401 would send the user to log in again.
        case .invalid(.cryptographyFailed): Self.make(.internalError, source: .gateway)
        case .invalid: invalid
        case .expired: expired
        case .notYetValid: notYetValid
        }
    }

    func refusal(for refusal: AccessRefusal) -> Refusal {
        switch refusal {
        case .tokenMissing: missing
        case .routeDenied: routeDenied
        case .roleRequired: roleRequired
        case .claimRequired: claimRequired
        case .scopeRequired(let scopes): Self.scopeRequired(scopes)
        }
    }

    func refusal(for ambiguity: TargetAmbiguity) -> Refusal {
        Self.make(.targetAmbiguous, message: ambiguity.explanation)
    }

    func refusal(for allowed: AllowedMethods) -> Refusal {
        methodNotAllowed(allow: "\(allowed.render())")
    }

    static func rateLimited(seconds: Int) -> Refusal {
        make(
            .rateLimited, message: "too many requests; try again in \(seconds) s",
            fieldLines: "Retry-After: \(seconds)\r\n")
    }

    func methodNotAllowed(allow: String) -> Refusal {
        Self.make(.methodNotAllowed, fieldLines: "Allow: \(allow)\r\n")
    }

    /// RFC 6750 §3.1: `insufficient_scope` may say which would do. What can't stand in a quoted string is left out.
    private static func scopeRequired(_ scopes: [[UInt8]]) -> Refusal {
        let wanted = scopes.filter { scope in
            scope.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        }
        let list = wanted.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        return make(
            .scopeRequired,
            fieldLines: "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"\(list)\"\r\n")
    }

    private static func challenge(_ code: RefusalCode, _ status: TokenSettings.InvalidTokenStatus) -> Refusal {
        var refusal = make(
            code,
            fieldLines: "WWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"\(code.title)\"\r\n")
        refusal.status = status.rawValue
        return refusal
    }

    static func make(
        _ code: RefusalCode, message: String? = nil, source: Refusal.Source = .client, fieldLines: String = ""
    ) -> Refusal {
        Refusal(
            status: code.status, code: code.rawValue, title: code.title, message: message ?? code.title, source: source,
            fieldLines: fieldLines)
    }
}
