internal import Routes

/// The public key of an RS, PS, ES or EdDSA key line, checked against what the algorithm demands.
struct PublicKey: Sendable {
    let key: CryptoKey

    init(_ material: KeyMaterial, scheme: SignatureScheme) throws(KeyError) {
        let settings = material.settings
        let block = try PEMBlock.read(material)
        if block.isPrivateKey { throw KeyError(.privateKey, for: settings) }
        let encoding: CryptoKey.Encoding
        switch block.label {
        case "PUBLIC KEY": encoding = .subjectPublicKeyInfo
        case "RSA PUBLIC KEY": encoding = .rsaPublicKey
        case "CERTIFICATE": encoding = .certificate
        default: throw KeyError(.unsupportedBlock, for: settings)
        }
        guard let key = CryptoKey.read(block.content, as: encoding) else {
            throw KeyError(.unreadableBlock, for: settings)
        }
        try key.require(scheme, settings)
        guard key.soundness == .sound else { throw KeyError(.unsoundKey, for: settings) }
        self.key = key
    }
}

/// The private key that `TokenMint` signs with.
struct PrivateKey: Sendable {
    let key: CryptoKey

    init(_ material: KeyMaterial, scheme: SignatureScheme) throws(KeyError) {
        let settings = material.settings
        let block = try PEMBlock.read(material)
        guard block.isPrivateKey else { throw KeyError(.publicKeyForSigning, for: settings) }
        guard !block.label.contains("ENCRYPTED") else { throw KeyError(.encrypted, for: settings) }
        guard let key = CryptoKey.read(block.content, as: .privateKey) else {
            throw KeyError(.unreadableBlock, for: settings)
        }
        try key.require(scheme, settings)
        self.key = key
    }
}

extension PEMBlock {
    /// "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY" and what else there may be.
    var isPrivateKey: Bool { label.contains("PRIVATE KEY") }

    static func read(_ material: KeyMaterial) throws(KeyError) -> PEMBlock {
        do throws(Fault) {
            return try PEMBlock(material.bytes)
        } catch {
            throw KeyError(error.reason, for: material.settings)
        }
    }
}

extension PEMBlock.Fault {
    fileprivate var reason: KeyError.Reason {
        switch self {
        case .notPEM: .notPEM
        case .severalBlocks: .severalBlocks
        case .textAroundBlock: .textAroundBlock
        case .encrypted: .encrypted
        case .unreadable: .unreadableBlock
        }
    }
}

extension CryptoKey {
    /// RFC 7518 §3.3 and §3.5: "A key of size 2048 bits or larger MUST be used".
    private static let minimumRSABits = 2048

    fileprivate func require(_ scheme: SignatureScheme, _ settings: KeySettings) throws(KeyError) {
        switch scheme {
        case .rsaPKCS1, .rsaPSS:
            guard case .rsa(let bits) = kind else {
                throw KeyError(.wrongKeyType(required: "an RSA key"), for: settings)
            }
            guard bits >= Self.minimumRSABits else { throw KeyError(.rsaTooShort(bits: bits), for: settings) }
        case .ecdsa(let curve):
            guard kind == .curve(curve) else {
                throw KeyError(.wrongKeyType(required: "an EC key on \(curve.displayName)"), for: settings)
            }
        case .edwards:
            guard kind == .ed25519 else { throw KeyError(.wrongKeyType(required: "an Ed25519 key"), for: settings) }
        case .hmac:
            throw KeyError(.wrongKeyType(required: "a shared secret"), for: settings)
        }
    }
}
