/// The signature algorithms of RFC 7518 §3.1 and RFC 8037 §3.1 that a `key` may name. `none` isn't one.
package enum TokenAlgorithm: String, Sendable, CaseIterable {
    case HS256, HS384, HS512
    case RS256, RS384, RS512
    case PS256, PS384, PS512
    case ES256, ES384, ES512
    case EdDSA

    /// True where one secret both signs and verifies (HMAC); the others take a public key in PEM.
    package var isSymmetric: Bool {
        switch self {
        case .HS256, .HS384, .HS512: true
        case .RS256, .RS384, .RS512, .PS256, .PS384, .PS512, .ES256, .ES384, .ES512, .EdDSA: false
        }
    }
}
