/// Why a token is invalid (`token_invalid`). Closed: a new reason has to be explained, and mapped, by whoever adds it.
///
/// The client learns only that the token is invalid; the reason is for logs and for `gateway token inspect`.
package enum TokenFault: Error, Sendable, Equatable {
    /// The three claims that are dates.
    package enum DateClaim: String, Sendable { case exp, nbf, iat }

    /// Header members that let the token's sender choose the key, or that change what is signed.
    package enum ForbiddenMember: String, Sendable, CaseIterable { case crit, b64, jku, jwk, x5u, x5c }

    case tooLarge
    case notThreeParts

    case headerTooLarge
    case headerNotBase64URL
    case headerNotJSON(JSONFault)
    case headerNotObject
    case headerMember(ForbiddenMember)
    case algorithmMissing
    case algorithmUnsupported
    case typeUnsupported
    case keyNameNotString
    case keyAlgorithmMismatch
    case noKeyForAlgorithm

    case signatureNotBase64URL
    case signatureMalformed
    case signatureMismatch
    case cryptographyFailed

    case claimsNotBase64URL
    case claimsNotJSON(JSONFault)
    case claimsNotObject
    case expiryMissing
    case dateMalformed(DateClaim)
    case lifetimeUnknown
    case lifetimeTooLong
    case issuerMissing
    case issuerMismatch
    case audienceMissing
    case audienceMismatch
    case identifierMalformed
    case subjectMalformed
}

extension TokenFault {
    /// One plain sentence without a full stop. Never contains a byte of the token.
    // A table rather than a function: one case a line, and no `default` that would leave a new case unexplained.
    package var explanation: String {
        switch self {
        case .tooLarge: "the token is longer than \(TokenLimits.token) bytes"
        case .notThreeParts: "the token is not three parts separated by dots"
        case .headerTooLarge: "the header is longer than \(TokenLimits.header) characters"
        case .headerNotBase64URL: "the header is not base64url without padding"
        case .headerNotJSON(let fault): "the header is not strict JSON: \(fault.explanation)"
        case .headerNotObject: "the header is not a JSON object"
        case .headerMember(let member): "the header has a member that is never accepted: \(member.rawValue)"
        case .algorithmMissing: "the header names no algorithm as a string in alg"
        case .algorithmUnsupported: "the algorithm is none of the thirteen supported ones (none is never one)"
        case .typeUnsupported: "the header's typ is neither JWT nor at+jwt"
        case .keyNameNotString: "the header's kid is not a string"
        case .keyAlgorithmMismatch: "the key that kid names is for another algorithm than the token's"
        case .noKeyForAlgorithm: "no key of the configuration is for this token's algorithm and kid"
        case .signatureNotBase64URL: "the signature is not base64url without padding"
        case .signatureMalformed: "the signature has not the form of the algorithm's signatures"
        case .signatureMismatch: "the signature does not match the token with any key that may be tried"
        case .cryptographyFailed: "libcrypto failed to check the signature, which is a defect of the gateway's host"
        case .claimsNotBase64URL: "the claims are not base64url without padding"
        case .claimsNotJSON(let fault): "the claims are not strict JSON: \(fault.explanation)"
        case .claimsNotObject: "the claims are not a JSON object"
        case .expiryMissing: "the claim exp is missing"
        case .dateMalformed(let claim):
            "the claim \(claim.rawValue) is not a number of seconds between 0 and \(NumericDate.latestSeconds)"
        case .lifetimeUnknown: "the claim iat is missing, and max-lifetime is configured"
        case .lifetimeTooLong: "the time from iat to exp exceeds max-lifetime"
        case .issuerMissing: "the claim iss is missing or no string, and an issuer is configured"
        case .issuerMismatch: "the claim iss is none of the configured issuers"
        case .audienceMissing:
            "the claim aud is missing or no string or array of strings, and an audience is configured"
        case .audienceMismatch: "the claim aud contains none of the configured audiences"
        case .identifierMalformed: "the claim jti is not a string of 1 to \(TokenLimits.name) bytes"
        case .subjectMalformed:
            "the subject claim is neither a string of 1 to \(TokenLimits.name) bytes nor an integer"
        }
    }
}
