/// Every refusal's one stable name, the same in the body, the log line, the metric and `explain`.
package enum RefusalCode: String, Sendable, CaseIterable {
    case tokenMissing = "token_missing"
    case tokenInvalid = "token_invalid"
    case tokenExpired = "token_expired"
    case tokenNotYetValid = "token_not_yet_valid"
    case tokenRevoked = "token_revoked"
    case tokenAmbiguous = "token_ambiguous"
    case roleRequired = "role_required"
    case claimRequired = "claim_required"
    case scopeRequired = "scope_required"
    case routeDenied = "route_denied"
    case originDenied = "origin_denied"
    case noRoute = "no_route"
    case methodNotAllowed = "method_not_allowed"
    case hostUnknown = "host_unknown"
    case requestMalformed = "request_malformed"
    case targetAmbiguous = "target_ambiguous"
    case requestTimeout = "request_timeout"
    case targetTooLong = "target_too_long"
    case headerTooLarge = "header_too_large"
    case bodyTooLarge = "body_too_large"
    case expectationFailed = "expectation_failed"
    case versionUnsupported = "version_unsupported"
    case blacklistUnavailable = "blacklist_unavailable"
    case upstreamUnreachable = "upstream_unreachable"
    case upstreamInvalid = "upstream_invalid"
    case upstreamTimeout = "upstream_timeout"
    case rateLimited = "rate_limited"
    case overloaded = "overloaded"
    case internalError = "internal_error"

    /// The status it is answered with. `invalid-token-status 403` in `tokens` changes it for the four codes of a
    /// token that isn't valid, outside this type.
    package var status: Int {
        switch self {
        case .requestMalformed, .targetAmbiguous, .tokenAmbiguous: 400
        case .tokenMissing, .tokenInvalid, .tokenExpired, .tokenNotYetValid, .tokenRevoked: 401
        case .roleRequired, .claimRequired, .scopeRequired, .routeDenied, .originDenied: 403
        case .noRoute: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .expectationFailed: 417
        case .hostUnknown: 421
        case .rateLimited: 429
        case .headerTooLarge: 431
        case .internalError: 500
        case .upstreamUnreachable, .upstreamInvalid: 502
        case .blacklistUnavailable, .overloaded: 503
        case .upstreamTimeout: 504
        case .versionUnsupported: 505
        }
    }

    /// One sentence for people, without anything of the request in it.
    package var title: String {
        switch self {
        case .tokenMissing: "Access token required"
        case .tokenInvalid: "Access token invalid"
        case .tokenExpired: "Access token expired"
        case .tokenNotYetValid: "Access token not yet valid"
        case .tokenRevoked: "Access token revoked"
        case .tokenAmbiguous: "More than one access token in the request"
        case .roleRequired: "Role required"
        case .claimRequired: "Claim required"
        case .scopeRequired: "Scope required"
        case .routeDenied: "Access denied"
        case .originDenied: "Origin not allowed"
        case .noRoute: "No such route"
        case .methodNotAllowed: "Method not allowed"
        case .hostUnknown: "Host unknown"
        case .requestMalformed: "Malformed request"
        case .targetAmbiguous: "Ambiguous request target"
        case .requestTimeout: "Request timed out"
        case .targetTooLong: "Request target too long"
        case .headerTooLarge: "Request header too large"
        case .bodyTooLarge: "Request body too large"
        case .expectationFailed: "Expectation failed"
        case .versionUnsupported: "HTTP version not supported"
        case .blacklistUnavailable: "Revocation can't be checked"
        case .upstreamUnreachable: "Upstream unreachable"
        case .upstreamInvalid: "Upstream answered invalidly"
        case .upstreamTimeout: "Upstream timed out"
        case .rateLimited: "Too many requests"
        case .overloaded: "Overloaded"
        case .internalError: "Internal error"
        }
    }
}
