/// Checks tokens against a policy. One per event loop and confined to it: it owns contexts of libcrypto and scratch
/// space that are used again for each token.
package final class TokenVerifier {
    package let policy: TokenPolicy
    /// In the order of `policy.keys`.
    let contexts: [SignatureContext]
    /// Decoded signatures; as long as the longest that is accepted.
    var signature = [UInt8](repeating: 0, count: TokenLimits.signature * 3 / 4)
    private let fingerprint: DigestContext
    private var headers = HeaderMemo()
    private var reader = JSONReader()

    package init(policy: TokenPolicy) throws(KeyError) {
        self.policy = policy
        do throws(CryptoError) {
            var contexts: [SignatureContext] = []
            for key in policy.keys.keys { contexts.append(try SignatureContext(key)) }
            self.contexts = contexts
            fingerprint = try DigestContext(.sha256)
        } catch { throw KeyError(.cryptographyFailed, for: nil) }
    }

    /// Checks everything about a token that the token and the time can tell. Whether it was revoked is asked elsewhere.
    ///
    /// In this order: form, header, key, signature, claims, validity in time. The claims of a token that nobody signed
    /// are never read.
    package func verify(_ token: Span<UInt8>, at now: UnixTime) -> TokenVerdict {
        do throws(TokenFault) {
            let parts = try CompactToken(token)
            let header = token.extracting(parts.header)
            let remembered = headers.candidates(for: header)
            let candidates = if let remembered { remembered } else { try chooseKeys(header) }
            var signed = try checkSignature(token, parts, candidates: candidates)
            if remembered == nil { headers.remember(header, candidates: candidates) }
            let claims = try VerifiedToken.readClaims(signed, rules: policy.claims, reader: &reader)
            if claims.identifier == nil {
                try addFingerprint(of: token.extracting(parts.signingInput), to: &signed)
            }
            return VerifiedToken.admit(signed, claims: claims, rules: policy.claims, at: now)
        } catch {
            return .refused(.invalid(error))
        }
    }

    private func chooseKeys(_ segment: Span<UInt8>) throws(TokenFault) -> [Int] {
        let header = try TokenHeader(segment: segment, reader: &reader)
        return try policy.keys.candidates(algorithm: header.algorithm, kid: header.kid)
    }

    /// What the blacklist knows a token by that has no jti.
    private func addFingerprint(of input: Span<UInt8>, to signed: inout SignedClaims) throws(TokenFault) {
        do throws(CryptoError) {
            try fingerprint.hash(input, into: &signed.storage, at: signed.textCount)
        } catch { throw .cryptographyFailed }
    }
}
