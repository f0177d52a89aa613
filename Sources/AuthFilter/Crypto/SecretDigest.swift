/// One-shot SHA-256 and HMAC-SHA-256, for what is seldom: refresh tokens, not requests.
package enum SecretDigest {
    package static func sha256(_ text: [UInt8]) throws(CryptoError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: DigestName.sha256.byteCount)
        try DigestContext(.sha256).hash(text.span, into: &output, at: 0)
        return output
    }

    package static func hmacSHA256(_ text: [UInt8], key: [UInt8]) throws(CryptoError) -> [UInt8] {
        try HMACContext(digest: .sha256, key: key.span).sign(text.span)
    }
}
