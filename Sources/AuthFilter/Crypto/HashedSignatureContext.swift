internal import COpenSSL

/// RSA and ECDSA verification with one public key, for one event loop.
///
/// The hash and the check of the hash are two steps, because each has a context that can be prepared once:
/// `EVP_DigestVerify` looks both algorithms up again for each token.
package final class HashedSignatureContext {
    private let scheme: SignatureScheme
    private let digest: DigestContext
    private let context: OpaquePointer
    private var hash: [UInt8]
    /// The DER form of an ECDSA signature.
    private var encoded: [UInt8] = []

    /// Nil for schemes that do not hash first.
    init?(scheme: SignatureScheme, key: CryptoKey) throws(CryptoError) {
        guard let name = scheme.hashedDigest else { return nil }
        digest = try DigestContext(name)
        hash = [UInt8](repeating: 0, count: name.byteCount)
        self.scheme = scheme
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else {
            CryptoErrorQueue.clear()
            throw CryptoError()
        }
        self.context = context
        guard EVP_PKEY_verify_init(context) == 1, SignatureParameters.set(on: context, for: scheme) == .accepted else {
            CryptoErrorQueue.clear()
            throw CryptoError()  // deinit frees the context: all properties are set
        }
    }

    deinit { EVP_PKEY_CTX_free(context) }

    func verify(_ text: Span<UInt8>, signature: Span<UInt8>) -> SignatureVerdict {
        do throws(CryptoError) {
            try digest.hash(text, into: &hash, at: 0)
        } catch { return .failed }
        guard case .ecdsa(let curve) = scheme else { return check(signature) }
        do throws(ECDSASignature.Fault) {
            try ECDSASignature.encodeDER(signature, curve: curve, into: &encoded)
        } catch { return .malformed }
        let encoded = encoded
        return check(encoded.span)
    }

    private func check(_ signature: Span<UInt8>) -> SignatureVerdict {
        let result = hash.withUnsafeBufferPointer { hash in
            signature.withUnsafeBufferPointer {
                EVP_PKEY_verify(context, $0.baseAddress, $0.count, hash.baseAddress, hash.count)
            }
        }
        if result == 1 { return .match }
        // 0 is a mismatch, below it a signature of a wrong form or a failure: libcrypto does not tell these apart.
        CryptoErrorQueue.clear()
        return .mismatch
    }
}

extension SignatureScheme {
    /// The hash that is signed; nil where the key signs the text itself, or there is no public key.
    var hashedDigest: DigestName? {
        switch self {
        case .rsaPKCS1(let digest), .rsaPSS(let digest): digest
        case .ecdsa(let curve): curve.digest
        case .hmac, .edwards: nil
        }
    }
}
