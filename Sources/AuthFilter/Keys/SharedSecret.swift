internal import Routes

/// The secret of an HS key, checked: long enough, not a placeholder, not a key of another algorithm.
struct SharedSecret: Sendable {
    let bytes: [UInt8]

    init(_ material: KeyMaterial, digest: DigestName) throws(KeyError) {
        let settings = material.settings
        let text = material.bytes.trimmingWhitespace
        guard !text.isEmpty else { throw KeyError(.secretEmpty, for: settings) }
        try Self.refusePEM(text, settings)
        try Self.refuseGuessable(text, settings)
        let bytes = try Self.decode(text, settings)
        // Again for what an encoding may have hidden.
        try Self.refusePEM(bytes[...], settings)
        try Self.refuseGuessable(bytes[...], settings)
        // RFC 7518 §3.2: "a key of the same size as the hash output or larger MUST be used".
        guard bytes.count >= digest.byteCount else {
            throw KeyError(.secretTooShort(count: bytes.count, required: digest.byteCount), for: settings)
        }
        self.bytes = bytes
    }

    private static func decode(_ text: ArraySlice<UInt8>, _ settings: KeySettings) throws(KeyError) -> [UInt8] {
        switch settings.encoding {
        case .text: return Array(text)
        case .hex:
            guard let bytes = Hexadecimal.decode(text) else { throw KeyError(.secretNotHexadecimal, for: settings) }
            return bytes
        case .base64url:
            do throws(Base64URL.Fault) {
                return try Base64URL.decode(Array(text).span)
            } catch { throw KeyError(.secretNotBase64URL, for: settings) }
        }
    }

    /// The classic confusion: HS256 keyed with the text of the public key that everybody has. One algorithm a key rules
    /// it out for RSA keys; this rules out writing it down as a secret.
    private static func refusePEM(_ text: ArraySlice<UInt8>, _ settings: KeySettings) throws(KeyError) {
        guard text.firstIndex(of: Array("-----BEGIN".utf8)) == nil else { throw KeyError(.secretIsPEM, for: settings) }
    }

    private static func refuseGuessable(_ secret: ArraySlice<UInt8>, _ settings: KeySettings) throws(KeyError) {
        switch GuessableSecret(secret) {
        case .placeholder: throw KeyError(.secretIsPlaceholder, for: settings)
        case .repetitive: throw KeyError(.secretIsRepetitive, for: settings)
        case nil: return
        }
    }
}
