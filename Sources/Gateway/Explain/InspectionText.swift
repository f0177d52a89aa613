internal import AuthFilter
internal import ProxyEngine
internal import Routes

/// What `gateway token inspect` says: what is in a token, each check of it, and what the gateway makes of it.
struct InspectionText {
    private let inspection: TokenInspection
    private let policy: GatewayPolicy
    private let now: UnixTime
    private var lines: [String] = []

    init(_ inspection: TokenInspection, _ policy: GatewayPolicy, at now: UnixTime) {
        self.inspection = inspection
        self.policy = policy
        self.now = now
        addSegment("header", inspection.header)
        addSegment("claims", inspection.claims)
        for (step, finding) in inspection.findings { addCheck(step, finding) }
        lines.append("")
        lines.append("verdict    \(verdict)")
    }

    var rendered: String { lines.joined(separator: "\n") }

    private mutating func addSegment(_ name: String, _ text: [UInt8]?) {
        guard let text else { return }
        let isVouched = inspection.findings.contains { $0.step == .signature && $0.finding == .passed }
        lines.append(isVouched ? name : "\(name), for which nobody vouches: the signature was not found to be right")
        lines += PrettyJSON.lines(text).map { "  " + $0 }
        lines.append("")
    }

    private mutating func addCheck(_ step: TokenInspection.Step, _ finding: TokenInspection.Finding) {
        func add(_ result: String, _ words: String) {
            let label = step.name + String(repeating: " ", count: 11 - step.name.count)
            lines.append("\(label)\(result)  \(words)".trimmedAtEnd)
        }
        switch finding {
        case .passed: add("ok    ", detail(step))
        case .failed(let refusal): add("FAILED", failure(step, refusal))
        case .notDemanded:
            let file = policy.configuration.file
            add("-     ", step == .lifetime ? "any: \(file) has no max-lifetime" : "any: \(file) names no \(step.name)")
        case .unreachable: add("-     ", "could not be looked at")
        }
    }

    // MARK: Words

    private func detail(_ step: TokenInspection.Step) -> String {
        switch step {
        case .form: "three parts"
        case .header, .claims: "strict JSON, an object"
        case .algorithm, .type, .signature, .issuer, .audience, .subject: ""
        case .key: keys.map { $0.citation(in: policy.configuration.file) }.joined(separator: "; or ")
        case .dates: dates
        case .lifetime: lifetime
        case .identifier:
            inspection.identifier.map { PlainText.quoted($0) } ?? "none: the blacklist knows this token by its SHA-256"
        case .time: inspection.expiry.map { "expires \(ReadableTime.distance(to: $0, from: now))" } ?? ""
        }
    }

    private func failure(_ step: TokenInspection.Step, _ refusal: TokenRefusal) -> String {
        switch refusal {
        case .invalid where step == .key || step == .signature: [refusal.explanation, unread].joined()
        case .invalid(.lifetimeTooLong): "\(refusal.explanation): \(lifetime)"
        case .invalid: refusal.explanation
        case .expired: inspection.expiry.map { "expired \(ReadableTime.distance(to: $0, from: now))" } ?? ""
        case .notYetValid: "not valid before \(start)"
        }
    }

    private var start: String {
        let moments = [inspection.notBefore, inspection.issuedAt].compactMap { $0 }
        return moments.max().map { "\(ReadableTime.date($0)), \(ReadableTime.distance(to: $0, from: now))" } ?? ""
    }

    private var dates: String {
        [("iat", inspection.issuedAt), ("nbf", inspection.notBefore), ("exp", inspection.expiry)]
            .compactMap { name, moment in moment.map { "\(name) \(ReadableTime.date($0))" } }.joined(separator: ", ")
    }

    private var lifetime: String {
        guard let end = inspection.expiry, let start = inspection.issuedAt else { return "" }
        let maximum = policy.configuration.tokens?.maxLifetime.map { $0.components.seconds * 1000 } ?? 0
        return "\(ReadableTime.duration(milliseconds: end.milliseconds - start.milliseconds)) from iat to exp, "
            + "at most \(ReadableTime.duration(milliseconds: maximum))"
    }

    /// Those the token may be signed with.
    private var keys: [KeySettings] {
        let read = policy.configuration.tokens?.keys.filter { !policy.unreadKeys.contains($0) } ?? []
        return inspection.candidates.filter(read.indices.contains).map { read[$0] }
    }

    private var unread: String {
        let keys = policy.unreadKeys.filter { inspection.mayNeed($0) }.map {
            $0.citation(in: policy.configuration.file)
        }
        return keys.isEmpty ? "" : " (not there: \(keys.joined(separator: "; ")))"
    }

    private var verdict: String {
        switch inspection.verdict {
        case .verified:
            return "valid; whether it is logged out was not asked"
        case .refused(let refusal):
            let fault = CredentialFault.token(refusal)
            if policy.unreadKeys.contains(where: { inspection.mayNeed($0) }) {
                return "can't be told: the token may be signed with a key that is not there"
            }
            let answer = policy.refusals.refusal(for: fault)
            return "\(answer.status) \(answer.code): \(refusal.explanation)"
        }
    }
}

extension TokenInspection.Step {
    fileprivate var name: String {
        switch self {
        case .form: "form"
        case .header: "header"
        case .algorithm: "algorithm"
        case .type: "type"
        case .key: "key"
        case .signature: "signature"
        case .claims: "claims"
        case .dates: "dates"
        case .lifetime: "lifetime"
        case .issuer: "issuer"
        case .audience: "audience"
        case .identifier: "jti"
        case .subject: "subject"
        case .time: "time"
        }
    }
}

extension String {
    fileprivate var trimmedAtEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
