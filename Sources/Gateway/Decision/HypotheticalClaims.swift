internal import AuthFilter
internal import Routes

/// The claims of a token that somebody supposes, as `expect … as role=admin` describes it: valid in every other
/// respect.
struct HypotheticalClaims {
    /// What is supposed, as JSON members in order.
    private var members: [(name: [UInt8], values: [[UInt8]])] = []

    /// One for each choice among the values `a|b`; a single nil for an anonymous request.
    static func variants(of whom: Expectation.Whom, configuration: Configuration) -> [HypotheticalClaims?] {
        switch whom {
        case .anonymous: return [nil]
        case .authenticated: return [HypotheticalClaims()]
        case .conditions(let conditions):
            var variants = [HypotheticalClaims()]
            for condition in conditions {
                let name = claimName(of: condition, configuration.tokens)
                variants = variants.flatMap { claims in condition.values.map { claims.adding($0, to: name) } }
            }
            return variants
        }
    }

    /// `{"role":"admin"}`, for messages.
    var described: [UInt8] { JSONText.object(members.map { ($0.name, Self.json($0.values)) }) }

    /// What comes of presenting the token these claims make.
    func authentication(for policy: GatewayPolicy) -> Authentication {
        switch token(for: policy) {
        case .verified(let token): .verified(TokenCache.Entry(uncached: token))
        case .refused(let refusal): .refused(.token(refusal))
        }
    }

    /// With the right issuer and audience and enough time to live.
    private func token(for policy: GatewayPolicy) -> TokenVerdict {
        guard let tokens = policy.tokens, let settings = policy.configuration.tokens
        else { return .refused(.invalid(.noKeyForAlgorithm)) }
        let now: Int64 = 1_700_000_000
        var claims = members.map { ($0.name, Self.json($0.values)) }
        claims.append((Array("iat".utf8), Array("\(now)".utf8)))
        claims.append((Array("exp".utf8), Array("\(now + 1)".utf8)))
        if let issuer = settings.issuers.first { claims.append((Array("iss".utf8), JSONText.string(issuer))) }
        if let audience = settings.audiences.first { claims.append((Array("aud".utf8), JSONText.string(audience))) }
        return VerifiedToken.hypothetical(
            claims: JSONText.object(claims), policy: tokens, at: UnixTime(milliseconds: now * 1000))
    }

    private static func claimName(of condition: Condition, _ settings: TokenSettings?) -> [UInt8] {
        switch condition.subject {
        case .role: settings?.roleClaim ?? Array("role".utf8)
        case .scope: settings?.scopeClaim ?? Array("scope".utf8)
        case .subject: settings?.subjectClaim ?? Array("sub".utf8)
        case .claim(let name): name
        }
    }

    private func adding(_ value: [UInt8], to name: [UInt8]) -> HypotheticalClaims {
        var claims = self
        if let index = members.firstIndex(where: { $0.name == name }) {
            claims.members[index].values.append(value)
        } else {
            claims.members.append((name, [value]))
        }
        return claims
    }

    /// One value is a string, several are an array, of which each condition can find its own.
    private static func json(_ values: [[UInt8]]) -> [UInt8] {
        values.count == 1 ? JSONText.string(values[0]) : JSONText.array(values.map(JSONText.string))
    }
}
