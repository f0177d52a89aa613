package import Routes

/// Every check of a token by itself, those too that verifying it never reaches because an earlier one failed: for
/// `gateway token inspect`, never for a decision.
///
/// The checks are the verifier's own functions. What decides is ``verdict``, and it is the verifier's word.
package struct TokenInspection {
    /// In the order of ``TokenVerifier/verify(_:at:)``: the first that fails gives the refusal.
    package enum Step: Sendable, CaseIterable {
        case form, header, algorithm, type, key, signature
        case claims, dates, lifetime, issuer, audience, identifier, subject
        case time
    }

    package enum Finding: Sendable, Equatable {
        case passed
        case failed(TokenRefusal)
        /// The configuration says nothing about it.
        case notDemanded
        /// What it looks at could not be read.
        case unreachable
    }

    package let verdict: TokenVerdict
    /// All steps in order.
    package private(set) var findings: [(step: Step, finding: Finding)] = []
    /// The decoded first segment, whatever it is; nil when it is not base64url.
    package private(set) var header: [UInt8]?
    /// The same of the second.
    package private(set) var claims: [UInt8]?
    package private(set) var algorithm: TokenAlgorithm?
    package private(set) var kid: [UInt8]?
    /// The positions, among the keys of the policy, of those the token may be signed with.
    package private(set) var candidates: [Int] = []
    package private(set) var expiry: UnixTime?
    package private(set) var notBefore: UnixTime?
    package private(set) var issuedAt: UnixTime?
    /// The decoded jti.
    package private(set) var identifier: [UInt8]?

    private let policy: TokenPolicy
    private var results: [Step: Finding] = [:]

    package init(_ token: [UInt8], verifier: TokenVerifier, at now: UnixTime) {
        policy = verifier.policy
        verdict = verifier.verify(token.span, at: now)
        inspect(token.span, verifier, at: now)
        findings = Step.allCases.map { ($0, results[$0] ?? .unreachable) }
    }

    private mutating func inspect(_ token: Span<UInt8>, _ verifier: TokenVerifier, at now: UnixTime) {
        let parts: CompactToken
        do throws(TokenFault) { parts = try CompactToken(token) } catch { return fail(.form, error) }
        results[.form] = .passed
        header = Self.decoded(token.extracting(parts.header))
        claims = Self.decoded(token.extracting(parts.payload))
        inspectHeader(token.extracting(parts.header))
        if results[.key] == .passed {
            check(.signature) { inspection throws(TokenFault) in
                _ = try verifier.checkSignature(token, parts, candidates: inspection.candidates)
            }
        }
        inspectClaims(at: now)
    }

    private static func decoded(_ segment: Span<UInt8>) -> [UInt8]? {
        do throws(Base64URL.Fault) { return try Base64URL.decode(segment) } catch { return nil }
    }

    private mutating func check(_ step: Step, _ body: (inout TokenInspection) throws(TokenFault) -> Void) {
        do throws(TokenFault) {
            try body(&self)
            results[step] = .passed
        } catch { fail(step, error) }
    }

    private mutating func fail(_ step: Step, _ fault: TokenFault) { results[step] = .failed(.invalid(fault)) }
}

extension TokenInspection {
    /// Whether the verdict could be another one if this key, which the policy lacks, were there.
    package func mayNeed(_ key: KeySettings) -> Bool {
        guard case .refused(.invalid(let fault)) = verdict, let algorithm, key.algorithm == algorithm else {
            return false
        }
        switch fault {
        case .noKeyForAlgorithm, .signatureMismatch, .signatureMalformed:
            // The choice of ``KeyRing``: by the kid, where a key has it, else among those without one.
            if let kid, kid == key.kid { return true }
            return key.kid == nil && !policy.keys.keys.contains { $0.kid != nil && $0.kid == kid }
        default: return false
        }
    }
}

// MARK: - The header

extension TokenInspection {
    private mutating func inspectHeader(_ segment: Span<UInt8>) {
        var reader = JSONReader()
        let header: TokenHeader
        do throws(TokenFault) {
            header = try TokenHeader(segment: segment, reader: &reader)
        } catch {
            return failHeader(error)
        }
        for step in [Step.header, .algorithm, .type] { results[step] = .passed }
        (algorithm, kid) = (header.algorithm, header.kid)
        check(.key) { inspection throws(TokenFault) in
            inspection.candidates = try inspection.policy.keys.candidates(algorithm: header.algorithm, kid: header.kid)
        }
    }

    /// A header is read in one go: what comes before the fault was in order.
    private mutating func failHeader(_ fault: TokenFault) {
        let order: [Step] = [.header, .algorithm, .type, .key]
        let failed: Step =
            switch fault {
            case .algorithmMissing, .algorithmUnsupported: .algorithm
            case .typeUnsupported: .type
            case .keyNameNotString: .key
            default: .header  // the other faults of a header; those of other parts do not come here
            }
        for passed in order.prefix(while: { $0 != failed }) { results[passed] = .passed }
        fail(failed, fault)
    }
}

// MARK: - The claims

extension TokenInspection {
    private mutating func inspectClaims(at now: UnixTime) {
        guard let text = claims else { return fail(.claims, .claimsNotBase64URL) }
        var reader = JSONReader()
        let object: JSONValue
        do throws(JSONFault) { object = try reader.read(text.span) } catch {
            return fail(.claims, .claimsNotJSON(error))
        }
        guard object.kind == .object else { return fail(.claims, .claimsNotObject) }
        results[.claims] = .passed
        let claims = ClaimReader(rules: policy.claims, members: reader.members, object: object)
        inspectDates(claims, text, at: now)
        inspectNames(claims, text)
    }

    private mutating func inspectDates(_ claims: ClaimReader, _ text: [UInt8], at now: UnixTime) {
        let rules = policy.claims
        var set: ClaimSet?
        check(.dates) { _ throws(TokenFault) in
            guard let expiry = try claims.date(.exp, rules.expiryName, in: text.span) else { throw .expiryMissing }
            var dates = ClaimSet(object: claims.object, expiry: expiry)
            dates.notBefore = try claims.date(.nbf, rules.notBeforeName, in: text.span)
            dates.issuedAt = try claims.date(.iat, rules.issuedAtName, in: text.span)
            set = dates
        }
        if rules.maximumLifetime == nil { results[.lifetime] = .notDemanded }
        guard let set else { return }
        expiry = UnixTime(milliseconds: set.expiry.ceilingMilliseconds)
        notBefore = set.notBefore.map { UnixTime(milliseconds: $0.ceilingMilliseconds) }
        issuedAt = set.issuedAt.map { UnixTime(milliseconds: $0.floorMilliseconds) }
        if rules.maximumLifetime != nil {
            check(.lifetime) { _ throws(TokenFault) in try claims.checkLifetime(set) }
        }
        switch ValidityPeriod(set, leeway: rules.leeway).position(of: now) {
        case .before: results[.time] = .failed(.notYetValid)
        case .within: results[.time] = .passed
        case .after: results[.time] = .failed(.expired)
        }
    }

    private mutating func inspectNames(_ claims: ClaimReader, _ text: [UInt8]) {
        if policy.claims.issuers.isEmpty {
            results[.issuer] = .notDemanded
        } else {
            check(.issuer) { _ throws(TokenFault) in try claims.checkIssuer(in: text.span) }
        }
        if policy.claims.audiences.isEmpty {
            results[.audience] = .notDemanded
        } else {
            check(.audience) { _ throws(TokenFault) in try claims.checkAudience(in: text.span) }
        }
        check(.identifier) { inspection throws(TokenFault) in
            guard let value = try claims.identifier(in: text.span) else { return }
            var bytes: [UInt8] = []
            JSONStringBytes.append(value, in: text.span, to: &bytes)
            inspection.identifier = bytes
        }
        check(.subject) { _ throws(TokenFault) in _ = try claims.subject(in: text.span) }
    }
}
