/// A key made ready for verifying on one event loop.
package enum SignatureContext {
    case hmac(HMACContext)
    case hashed(HashedSignatureContext)
    case edwards(EdwardsSignatureContext)

    package init(_ key: VerificationKey) throws(CryptoError) {
        switch (key.material, key.scheme) {
        case (.secret(let secret), .hmac(let digest)):
            self = .hmac(try HMACContext(digest: digest, key: secret.bytes.span))
        case (.publicKey(let publicKey), let scheme):
            if let hashed = try HashedSignatureContext(scheme: scheme, key: publicKey.key) {
                self = .hashed(hashed)
            } else {
                self = .edwards(try EdwardsSignatureContext(key: publicKey.key))
            }
        case (.secret, _): throw CryptoError()  // `VerificationKey` makes no such pair
        }
    }

    package func verify(_ text: Span<UInt8>, signature: Span<UInt8>) -> SignatureVerdict {
        switch self {
        case .hmac(let context): context.verify(text, signature: signature)
        case .hashed(let context): context.verify(text, signature: signature)
        case .edwards(let context): context.verify(text, signature: signature)
        }
    }
}
