internal import Routes

/// A token that was signed by one of our keys and whose claims are in order: the proof that they were checked.
///
/// Two doors, both in this file: ``admit(_:claims:rules:at:)`` behind the signature, and ``hypothetical(claims:policy:at:)``
/// for questions. Values are bytes, never `String`.
package struct VerifiedToken: Sendable {
    /// The JSON text of the claims, then the SHA-256 of the signing input (``SignedClaims``).
    let storage: [UInt8]
    private let contents: Contents
    let validity: ValidityPeriod

    var claims: ClaimSet { contents.claims }
    var identity: Identity { contents.identity }

    /// What was read once. Referred to, since the token is handed on in every request.
    private final class Contents: Sendable {
        let claims: ClaimSet
        let identity: Identity

        init(claims: ClaimSet, identity: Identity) { (self.claims, self.identity) = (claims, identity) }
    }

    /// What the blacklist knows this token by.
    enum Identity: Sendable {
        case identifier(JSONValue)
        case fingerprint
        /// Only hypothetical tokens: nothing was signed.
        case none
    }

    fileprivate init(storage: [UInt8], claims: ClaimSet, rules: ClaimRules, withoutIdentifier: Identity) {
        self.storage = storage
        contents = Contents(
            claims: claims, identity: claims.identifier.map { .identifier($0) } ?? withoutIdentifier)
        validity = ValidityPeriod(claims, leeway: rules.leeway)
    }

    /// Why a token that was verified before is not within its time; nil when it is. Cheap enough for each request.
    package func refusal(at now: UnixTime) -> TokenRefusal? {
        switch validity.position(of: now) {
        case .before: .notYetValid
        case .within: nil
        case .after: .expired
        }
    }

    /// The same as a verdict.
    package func recheck(at now: UnixTime) -> TokenVerdict {
        refusal(at: now).map { .refused($0) } ?? .verified(self)
    }
}

// MARK: - The doors

extension VerifiedToken {
    /// The claims of a payload whose signature was right.
    static func readClaims(
        _ signed: SignedClaims, rules: ClaimRules, reader: inout JSONReader
    ) throws(TokenFault) -> ClaimSet {
        try readClaims(signed.storage.span.extracting(0..<signed.textCount), rules: rules, reader: &reader)
    }

    private static func readClaims(
        _ text: Span<UInt8>, rules: ClaimRules, reader: inout JSONReader
    ) throws(TokenFault) -> ClaimSet {
        let object: JSONValue
        do throws(JSONFault) { object = try reader.read(text) } catch { throw .claimsNotJSON(error) }
        guard object.kind == .object else { throw .claimsNotObject }
        return try ClaimReader(rules: rules, members: reader.members, object: object).read(text)
    }

    /// Admits the holder of a token whose signature and claims were right, if the time is.
    static func admit(_ signed: SignedClaims, claims: ClaimSet, rules: ClaimRules, at now: UnixTime) -> TokenVerdict {
        VerifiedToken(storage: signed.storage, claims: claims, rules: rules, withoutIdentifier: .fingerprint)
            .recheck(at: now)
    }

    /// A token that nobody signed, for `gateway check` (expectations) and `gateway explain --as`: what would happen to a
    /// token with these claims? They go through the same reader. Never call this with anything from a request.
    package static func hypothetical(claims json: [UInt8], policy: TokenPolicy, at now: UnixTime) -> TokenVerdict {
        var reader = JSONReader()
        do throws(TokenFault) {
            let claims = try readClaims(json.span, rules: policy.claims, reader: &reader)
            let storage = json + [UInt8](repeating: 0, count: SignedClaims.fingerprintByteCount)
            return VerifiedToken(storage: storage, claims: claims, rules: policy.claims, withoutIdentifier: .none)
                .recheck(at: now)
        } catch {
            return .refused(.invalid(error))
        }
    }
}
