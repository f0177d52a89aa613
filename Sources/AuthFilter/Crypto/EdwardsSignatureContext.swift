internal import COpenSSL

/// Ed25519 verification with one public key, for one event loop (RFC 8037 §3.1, RFC 8032 §5.1.7).
package final class EdwardsSignatureContext {
    /// Ed25519 signatures are R || S, 32 bytes each.
    static let signatureByteCount = 64

    private let context: OpaquePointer
    private let key: CryptoKey

    init(key: CryptoKey) throws(CryptoError) {
        guard let context = EVP_MD_CTX_new() else { throw CryptoError() }
        self.context = context
        self.key = key
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Initialised for each text: one init serves one signature, as there is no hash to restart. Beside the 100 µs of
    /// the check itself it costs nothing.
    func verify(_ text: Span<UInt8>, signature: Span<UInt8>) -> SignatureVerdict {
        guard signature.count == Self.signatureByteCount else { return .malformed }
        guard EVP_MD_CTX_reset(context) == 1,
            EVP_DigestVerifyInit(context, nil, nil, nil, key.pointer) == 1
        else {
            CryptoErrorQueue.clear()
            return .failed
        }
        let result = text.withUnsafeBufferPointer { text in
            signature.withUnsafeBufferPointer {
                EVP_DigestVerify(context, $0.baseAddress, $0.count, text.baseAddress, text.count)
            }
        }
        if result == 1 { return .match }
        CryptoErrorQueue.clear()
        return .mismatch
    }
}
