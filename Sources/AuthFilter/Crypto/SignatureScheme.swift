internal import Routes

/// The hash functions of RFC 7518 §3.1, under libcrypto's names.
enum DigestName: String {
    case sha256 = "SHA256"
    case sha384 = "SHA384"
    case sha512 = "SHA512"

    var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}

/// What the name of an algorithm says (RFC 7518 §3.1, RFC 8037 §3.1).
enum SignatureScheme: Equatable {
    case hmac(DigestName)
    case rsaPKCS1(DigestName)
    case rsaPSS(DigestName)
    case ecdsa(EllipticCurve)
    case edwards

    init(_ algorithm: TokenAlgorithm) {
        self =
            switch algorithm {
            case .HS256: .hmac(.sha256)
            case .HS384: .hmac(.sha384)
            case .HS512: .hmac(.sha512)
            case .RS256: .rsaPKCS1(.sha256)
            case .RS384: .rsaPKCS1(.sha384)
            case .RS512: .rsaPKCS1(.sha512)
            case .PS256: .rsaPSS(.sha256)
            case .PS384: .rsaPSS(.sha384)
            case .PS512: .rsaPSS(.sha512)
            case .ES256: .ecdsa(.p256)
            case .ES384: .ecdsa(.p384)
            case .ES512: .ecdsa(.p521)
            case .EdDSA: .edwards
            }
    }
}
