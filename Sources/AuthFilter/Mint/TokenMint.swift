internal import Routes

/// Makes tokens: the counterpart of ``TokenVerifier``, for `gateway token` and for tests.
package struct TokenMint: Sendable {
    private enum Signer: Sendable {
        case secret(SharedSecret, DigestName)
        case privateKey(PrivateKey)
    }

    private let settings: KeySettings
    private let signer: Signer

    /// - Parameter material: for HS the secret of the configuration, otherwise a PEM private key.
    package init(_ material: KeyMaterial) throws(KeyError) {
        settings = material.settings
        let scheme = SignatureScheme(settings.algorithm)
        switch scheme {
        case .hmac(let digest): signer = .secret(try SharedSecret(material, digest: digest), digest)
        case .rsaPKCS1, .rsaPSS, .ecdsa, .edwards:
            signer = .privateKey(try PrivateKey(material, scheme: scheme))
        }
    }

    /// A compact token with these claims, a JSON text that is taken as it is, and the header `{"alg","typ","kid"}`.
    package func mint(claims: [UInt8]) throws(CryptoError) -> [UInt8] {
        var header = Array("{\"alg\":\"\(settings.algorithm.rawValue)\",\"typ\":\"JWT\"".utf8)
        if let kid = settings.kid {
            header += Array(",\"kid\":".utf8)
            JSONEscape.append(kid, to: &header)
        }
        header.append(UInt8(ascii: "}"))
        return try mint(header: header, claims: claims)
    }

    /// The same with a header that is taken as it is, true or not.
    package func mint(header: [UInt8], claims: [UInt8]) throws(CryptoError) -> [UInt8] {
        try mint(headerSegment: Base64URL.encode(header), claimsSegment: Base64URL.encode(claims))
    }

    /// Signs two segments that are taken as they are.
    package func mint(headerSegment: [UInt8], claimsSegment: [UInt8]) throws(CryptoError) -> [UInt8] {
        let input = headerSegment + [UInt8(ascii: ".")] + claimsSegment
        return input + [UInt8(ascii: ".")] + Base64URL.encode(try sign(input))
    }

    private func sign(_ input: [UInt8]) throws(CryptoError) -> [UInt8] {
        switch signer {
        case .secret(let secret, let digest):
            return try HMACContext(digest: digest, key: secret.bytes.span).sign(input.span)
        case .privateKey(let privateKey):
            return try SigningContext.sign(input, with: privateKey.key, scheme: SignatureScheme(settings.algorithm))
        }
    }
}
