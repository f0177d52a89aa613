internal import Routes

/// One `key` line, read: an algorithm, what verifies with it, and for which tokens.
///
/// The algorithm is a property of the key. A token's `alg` only chooses among keys; it never says how a key is used.
package struct VerificationKey: Sendable {
    enum Material: Sendable {
        case secret(SharedSecret)
        case publicKey(PublicKey)
    }

    let algorithm: TokenAlgorithm
    let kid: [UInt8]?
    let scheme: SignatureScheme
    let material: Material

    package init(_ material: KeyMaterial) throws(KeyError) {
        algorithm = material.settings.algorithm
        kid = material.settings.kid
        scheme = SignatureScheme(algorithm)
        switch scheme {
        case .hmac(let digest): self.material = .secret(try SharedSecret(material, digest: digest))
        case .rsaPKCS1, .rsaPSS, .ecdsa, .edwards:
            self.material = .publicKey(try PublicKey(material, scheme: scheme))
        }
    }
}
