internal import COpenSSL

/// How a scheme is set on a context of libcrypto: the same for signing and for checking.
enum SignatureParameters {
    enum Outcome { case accepted, rejected }

    static func set(on context: OpaquePointer, for scheme: SignatureScheme) -> Outcome {
        guard let digest = scheme.hashedDigest else { return .accepted }
        switch scheme {
        case .rsaPKCS1:
            // RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
            guard EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 else { return .rejected }
        case .rsaPSS:
            // RFC 7518 §3.5: the salt has the hash's length, MGF1 uses the same hash (libcrypto's default).
            guard EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1,
                EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
            else { return .rejected }
        case .ecdsa, .edwards, .hmac: break
        }
        guard let method = EVP_get_digestbyname(digest.rawValue),
            EVP_PKEY_CTX_set_signature_md(context, method) == 1
        else { return .rejected }
        return .accepted
    }
}
