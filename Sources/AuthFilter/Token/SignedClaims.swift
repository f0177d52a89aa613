/// The payload of a token whose signature was right. Nothing is known about its content yet: it may be no JSON at all.
///
/// UnverifiedToken → **SignedClaims** → VerifiedToken. Only this file makes one, behind the check.
struct SignedClaims {
    /// The decoded payload, followed by `fingerprintByteCount` bytes of room for the token's fingerprint: one array
    /// instead of two.
    var storage: [UInt8]

    static let fingerprintByteCount = DigestName.sha256.byteCount

    var textCount: Int { storage.count - Self.fingerprintByteCount }

    fileprivate init(decoding payload: Span<UInt8>) throws(TokenFault) {
        do throws(Base64URL.Fault) {
            let count = try Base64URL.decodedCount(payload.count)
            storage = [UInt8](repeating: 0, count: count + Self.fingerprintByteCount)
            try Base64URL.decode(payload, into: &storage)
        } catch { throw .claimsNotBase64URL }
    }
}

extension TokenVerifier {
    /// Checks the signature with each of the keys that may be tried. The payload is not looked at before.
    func checkSignature(
        _ token: Span<UInt8>, _ parts: CompactToken, candidates: [Int]
    ) throws(TokenFault) -> SignedClaims {
        let encoded = token.extracting(parts.signature)
        guard encoded.count <= TokenLimits.signature else { throw .signatureMalformed }
        let count: Int
        do throws(Base64URL.Fault) {
            count = try Base64URL.decodedCount(encoded.count)
            try Base64URL.decode(encoded, into: &signature)
        } catch { throw .signatureNotBase64URL }
        let signature = signature
        let input = token.extracting(parts.signingInput)
        var verdict = SignatureVerdict.mismatch
        for candidate in candidates {
            verdict = contexts[candidate].verify(input, signature: signature.span.extracting(0..<count))
            if verdict == .match { return try SignedClaims(decoding: token.extracting(parts.payload)) }
        }
        switch verdict {
        case .malformed: throw .signatureMalformed
        case .failed: throw .cryptographyFailed
        case .mismatch, .match: throw .signatureMismatch
        }
    }
}
