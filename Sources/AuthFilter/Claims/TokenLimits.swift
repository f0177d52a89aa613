/// What we read of tokens at most.
package enum TokenLimits {
    /// The whole token in bytes: more than any header block we accept, and fifty times a usual token.
    package static let token = 16 * 1024
    /// The header segment. It is parsed before the signature is checked, so it is what a stranger can make us do.
    package static let header = 2 * 1024
    /// The signature segment: RSA with 8192 bits is 1024 bytes, 1366 characters.
    package static let signature = 1366
    /// A jti and a subject, decoded (routes.conf, Blacklist: they become parts of Redis keys).
    package static let name = 512
    /// How many different header segments a verifier remembers.
    package static let rememberedHeaders = 16
}
