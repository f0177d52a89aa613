internal import AuthFilter

/// A refresh token: 256 bits in base64url. The first of a family is random, each other is an HMAC of the one before.
struct RefreshToken: Sendable, Equatable {
    static let byteCount = 32

    let bytes: [UInt8]

    var text: String { String(decoding: Base64URL.encode(bytes), as: UTF8.self) }

    /// What the database knows of it.
    func hash() throws(CryptoError) -> [UInt8] { try SecretDigest.sha256(bytes) }

    static func random() -> RefreshToken { RefreshToken(bytes: RandomText.bytes(byteCount)) }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// nil where the text is not of this form.
    init?(_ text: [UInt8]) {
        guard let bytes = try? Base64URL.decode(text.span), bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    func successor(key: [UInt8]) throws(CryptoError) -> RefreshToken {
        RefreshToken(bytes: try SecretDigest.hmacSHA256(bytes, key: key))
    }
}
