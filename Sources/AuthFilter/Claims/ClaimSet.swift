/// The claims that every decision needs, as ranges of the JSON text of a token, with the dates converted.
///
/// A role or scope of a strange type is kept as it is and matches nothing; subject, identifier and dates are checked,
/// since they name the user, the token and its life.
struct ClaimSet: Sendable {
    var object: JSONValue
    var subject: JSONValue?
    var role: JSONValue?
    var scope: JSONValue?
    var email: JSONValue?
    var identifier: JSONValue?
    var expiry: NumericDate
    var notBefore: NumericDate?
    var issuedAt: NumericDate?
}

/// Reads and checks the claims of RFC 7519 §4.1 and those that the configuration names.
struct ClaimReader {
    let rules: ClaimRules
    let members: [JSONMember]
    let object: JSONValue

    func read(_ text: Span<UInt8>) throws(TokenFault) -> ClaimSet {
        try checkType(in: text)
        guard let expiry = try date(.exp, rules.expiryName, in: text) else { throw .expiryMissing }
        var claims = ClaimSet(object: object, expiry: expiry)
        claims.notBefore = try date(.nbf, rules.notBeforeName, in: text)
        claims.issuedAt = try date(.iat, rules.issuedAtName, in: text)
        try checkLifetime(claims)
        try checkIssuer(in: text)
        try checkAudience(in: text)
        claims.identifier = try identifier(in: text)
        claims.subject = try subject(in: text)
        claims.role = find(rules.role, in: text)
        claims.scope = find(rules.scope, in: text)
        claims.email = find(rules.email, in: text)
        return claims
    }

    /// Some issuers (Keycloak) say in a claim what a token is for: those of other kinds are signed with the same keys, and are no access
    /// tokens (RFC 8725 §3.11, §3.12).
    private func checkType(in text: Span<UInt8>) throws(TokenFault) {
        guard let value = find(rules.typeName, in: text), value.isString else { return }
        var type: [UInt8] = []
        JSONStringBytes.append(value, in: text, to: &type)
        let folded = type.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
        for other in ["id", "refresh", "offline", "logout"] where folded == Array(other.utf8) { throw .typeUnsupported }
    }

    private func find(_ name: ClaimName, in text: Span<UInt8>) -> JSONValue? {
        name.find(among: members, of: object, in: text)
    }

    func date(
        _ claim: TokenFault.DateClaim, _ name: ClaimName, in text: Span<UInt8>
    ) throws(TokenFault) -> NumericDate? {
        guard let value = find(name, in: text) else { return nil }
        guard let date = NumericDate(value, in: text) else { throw .dateMalformed(claim) }
        return date
    }

    /// exp − iat. Both floored: then a lifetime of exactly the maximum is never refused because of how the issuer's
    /// fractions fall, and one that is longer by less than a millisecond may pass.
    func checkLifetime(_ claims: ClaimSet) throws(TokenFault) {
        guard let maximum = rules.maximumLifetime else { return }
        guard let issuedAt = claims.issuedAt else { throw .lifetimeUnknown }
        guard claims.expiry.floorMilliseconds - issuedAt.floorMilliseconds <= maximum else { throw .lifetimeTooLong }
    }

    func checkIssuer(in text: Span<UInt8>) throws(TokenFault) {
        guard !rules.issuers.isEmpty else { return }
        guard let issuer = find(rules.issuerName, in: text), issuer.isString else { throw .issuerMissing }
        guard rules.issuers.contains(where: { JSONStringBytes.equal(issuer, in: text, to: $0.span) }) else {
            throw .issuerMismatch
        }
    }

    /// A string, or an array of strings (RFC 7519 §4.1.3); any that is configured will do.
    func checkAudience(in text: Span<UInt8>) throws(TokenFault) {
        guard !rules.audiences.isEmpty else { return }
        guard let audience = find(rules.audienceName, in: text) else { throw .audienceMissing }
        if audience.isString {
            guard isOurs(audience, in: text) else { throw .audienceMismatch }
            return
        }
        guard audience.kind == .array, var walk = JSONWalk(audience) else { throw .audienceMissing }
        var found = false
        while let element = walk.nextElement(in: text) {
            // An array that is not of strings is no audience, whatever else is in it.
            guard element.isString else { throw .audienceMissing }
            if isOurs(element, in: text) { found = true }
        }
        guard found else { throw .audienceMismatch }
    }

    private func isOurs(_ audience: JSONValue, in text: Span<UInt8>) -> Bool {
        rules.audiences.contains { JSONStringBytes.equal(audience, in: text, to: $0.span) }
    }

    /// Becomes a Redis key: a string of 1 to 512 bytes or absent.
    func identifier(in text: Span<UInt8>) throws(TokenFault) -> JSONValue? {
        guard let value = find(rules.identifierName, in: text) else { return nil }
        guard value.isString, isNameSized(value, in: text) else { throw .identifierMalformed }
        return value
    }

    /// Becomes a Redis key and a header: like jti, or an integer, since user numbers are often written as such.
    func subject(in text: Span<UInt8>) throws(TokenFault) -> JSONValue? {
        guard let value = find(rules.subject, in: text) else { return nil }
        guard value.isString || value.kind == .integer, isNameSized(value, in: text) else { throw .subjectMalformed }
        return value
    }

    private func isNameSized(_ value: JSONValue, in text: Span<UInt8>) -> Bool {
        // A decoded string is never longer than its text, so most need no count.
        let count = value.kind == .escapedString ? JSONStringBytes.count(of: value, in: text) : value.range.count
        return (1...TokenLimits.name).contains(count)
    }
}
