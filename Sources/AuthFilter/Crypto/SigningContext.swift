internal import COpenSSL

/// Signing with a private key, for `gateway token` and tests: not on the way of a request, so nothing is reused.
enum SigningContext {
    static func sign(_ text: [UInt8], with key: CryptoKey, scheme: SignatureScheme) throws(CryptoError) -> [UInt8] {
        defer { CryptoErrorQueue.clear() }
        guard let context = EVP_MD_CTX_new() else { throw CryptoError() }
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        let digest = scheme.hashedDigest?.rawValue
        guard EVP_DigestSignInit_ex(context, &keyContext, digest, nil, nil, key.pointer, nil) == 1,
            let keyContext, SignatureParameters.set(on: keyContext, for: scheme) == .accepted
        else { throw CryptoError() }
        var count = 0
        guard EVP_DigestSign(context, nil, &count, text, text.count) == 1 else { throw CryptoError() }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, text, text.count) == 1 else { throw CryptoError() }
        signature.removeLast(signature.count - count)
        guard case .ecdsa(let curve) = scheme else { return signature }
        guard let raw = ECDSASignature.decodeDER(signature, curve: curve) else { throw CryptoError() }
        return raw
    }
}
