/// A verification key: `key HS256 env:ACCESS_TOKEN_SECRET kid=2024 encoding=hex`.
package struct KeySettings: Sendable, Equatable {
    /// How the bytes of an HMAC key are written in its source.
    package enum Encoding: String, Sendable, CaseIterable {
        /// The text itself, white space around it dropped.
        case text
        case hex
        case base64url
    }

    /// The only algorithm that this key verifies.
    package let algorithm: TokenAlgorithm
    package let source: SecretSource
    /// The key's name; nil: it serves tokens that name no key of the file.
    package let kid: [UInt8]?
    /// Always `text` but for HMAC keys.
    package let encoding: Encoding
    package let line: Int

    package init(
        algorithm: TokenAlgorithm, source: SecretSource, kid: [UInt8]? = nil, encoding: Encoding = .text, line: Int = 0
    ) {
        self.algorithm = algorithm
        self.source = source
        self.kid = kid
        self.encoding = encoding
        self.line = line
    }
}
