// The keys under which the blacklist may know a token (routes.conf, Blacklist).
extension VerifiedToken {
    /// `PREFIX jti`, or `PREFIX sha256:HEX` for tokens without jti. Nil only for hypothetical tokens without jti.
    package func tokenKey(prefix: [UInt8]) -> [UInt8]? {
        var key = prefix
        switch identity {
        case .identifier(let value): JSONStringBytes.append(value, in: storage.span, to: &key)
        case .fingerprint:
            key += Self.fingerprintLabel
            for byte in storage.suffix(SignedClaims.fingerprintByteCount) {
                key.append(Hexadecimal.lowercase(byte >> 4))
                key.append(Hexadecimal.lowercase(byte & 15))
            }
        case .none: return nil
        }
        return key
    }

    /// `PREFIX sub:SUBJECT`; nil for tokens without a subject. Its value is to be compared with `issuedAt`.
    package func subjectKey(prefix: [UInt8]) -> [UInt8]? {
        guard let subject = claims.subject else { return nil }
        var key = prefix + Self.subjectLabel
        JSONStringBytes.append(subject, in: storage.span, to: &key)
        return key
    }

    private static let fingerprintLabel = Array("sha256:".utf8)
    private static let subjectLabel = Array("sub:".utf8)
}
