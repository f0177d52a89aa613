package import Routes

/// Why a key of the configuration can't be used. Texts never contain a byte of the key.
package struct KeyError: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        // Shared secrets
        case secretEmpty
        case secretTooShort(count: Int, required: Int)
        case secretIsPlaceholder
        case secretIsRepetitive
        case secretIsPEM
        case secretNotHexadecimal
        case secretNotBase64URL

        // PEM texts
        case notPEM
        case privateKey
        case publicKeyForSigning
        case severalBlocks
        case textAroundBlock
        case encrypted
        case unsupportedBlock
        case unreadableBlock

        // Keys
        case wrongKeyType(required: String)
        case rsaTooShort(bits: Int)
        case unsoundKey

        // The set of keys
        case duplicateKeyName
        case noKeys
        case cryptographyFailed
    }

    package let reason: Reason
    package let algorithm: TokenAlgorithm?
    /// The line of the `key` statement in the configuration; 0 where no line is to blame.
    package let line: Int

    init(_ reason: Reason, for settings: KeySettings?) {
        self.reason = reason
        algorithm = settings?.algorithm
        line = settings?.line ?? 0
    }
}

extension KeyError {
    /// One plain sentence without a full stop that says what is wrong and, where it can, what to do.
    package var explanation: String {
        guard let algorithm else { return reason.explanation }
        return "\(algorithm.rawValue): \(reason.explanation)"
    }
}

extension KeyError.Reason {
    var explanation: String {
        switch self {
        case .secretEmpty: "the secret is empty"
        case .secretTooShort(let count, let required):
            "the secret has \(count) bytes, at least \(required) are required (RFC 7518 §3.2)"
        case .secretIsPlaceholder:
            "the secret is a well-known placeholder; make one, for example with: openssl rand -hex 64"
        case .secretIsRepetitive:
            "the secret repeats a few characters; make one, for example with: openssl rand -hex 64"
        case .secretIsPEM: "the secret is a PEM text; a key pair is used with RS, PS, ES or EdDSA, never with HS"
        case .secretNotHexadecimal: "the secret is not hexadecimal, as encoding=hex says"
        case .secretNotBase64URL: "the secret is not base64url without padding, as encoding=base64url says"
        case .notPEM: "not a PEM text: -----BEGIN PUBLIC KEY----- is expected"
        case .privateKey:
            "this is a private key; the gateway needs only the public key or certificate, keep the other away"
        case .publicKeyForSigning: "this is a public key; signing a token needs the private key"
        case .severalBlocks: "more than one PEM block; exactly one is expected"
        case .textAroundBlock: "there is text before or after the PEM block"
        case .encrypted: "the PEM block is encrypted"
        case .unsupportedBlock: "not a PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE block"
        case .unreadableBlock: "the content of the PEM block can't be read"
        case .wrongKeyType(let required): "the key is of another type; \(required) is required"
        case .rsaTooShort(let bits): "the RSA key has \(bits) bits, at least 2048 are required (RFC 7518 §3.3)"
        case .unsoundKey: "the numbers of the key are not those of a sound public key"
        case .duplicateKeyName: "two keys have the same kid"
        case .noKeys: "there is no key"
        case .cryptographyFailed: "libcrypto could not be prepared for this algorithm"
        }
    }
}
