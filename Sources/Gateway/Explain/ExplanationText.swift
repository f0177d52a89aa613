internal import AuthFilter
internal import ProxyEngine
internal import RedisBlacklist
internal import Routes

/// An explanation in plain words. What came from outside is escaped; a token never appears.
struct ExplanationText {
    private let explanation: Explanation
    private let configuration: Configuration
    private let citer: RuleCiter
    private var lines: [String] = []

    init(_ explanation: Explanation, _ configuration: Configuration, _ citer: RuleCiter) {
        self.explanation = explanation
        self.configuration = configuration
        self.citer = citer
        lines = [PlainText.plain(explanation.request.method) + " " + PlainText.plain(explanation.request.target), ""]
        addHost()
        addRouting()
        addToken()
        addConditions()
        addBlacklist()
        addHeaders()
        add("answer", answer)
    }

    var rendered: String { lines.joined(separator: "\n") }

    /// A subject, and what there is to say of it, each sentence on a line of its own.
    private mutating func add(_ subject: String, _ sentences: [String]) {
        for (index, sentence) in sentences.enumerated() {
            let label = index == 0 ? subject : ""
            lines.append(label + String(repeating: " ", count: max(1, 11 - label.count)) + sentence)
        }
    }

    // MARK: matchRoute

    private mutating func addHost() {
        switch explanation.host {
        case nil: return
        case .named(let host): add("host", ["decided by the rules of \(host.text)"])
        case .unknown(let known):
            add("host", ["not in \(configuration.file), which names \(known.map(\.text).joined(separator: ", "))"])
        }
    }

    private mutating func addRouting() {
        guard let routing = explanation.routing else { return }
        add("path", path(routing))
        let candidates = routing.candidates.flatMap { candidate in
            [citer.cite(candidate.route).rendered, "    " + candidate.standing.explanation]
        }
        if routing.decision == .hostUnknown { return }
        if !routing.segments.isEmpty { add("rule", candidates.isEmpty ? ["none matches this path"] : candidates) }
    }

    private func path(_ routing: RouteExplanation) -> [String] {
        var sentences = routing.segments.isEmpty ? [] : ["compared as \(path(routing.segments))"]
        guard case .ambiguous(let ambiguity) = routing.decision else { return sentences }
        sentences.append("ambiguous: \(ambiguity.explanation)")
        if let other = routing.otherSpelling {
            sentences += [
                "spelled \(PlainText.plain(other.path)), which is \(other.difference.text), it would be decided by",
                "    \(citer.cite(other.route).rendered)",
            ]
        }
        return sentences + [advice(ambiguity)]
    }

    private func path(_ segments: [[UInt8]]) -> String {
        segments == [[]] ? "/, the root" : segments.map { "/ " + PlainText.quoted($0) }.joined(separator: " ")
    }

    private func advice(_ ambiguity: TargetAmbiguity) -> String {
        let name = Tolerance.named.first { $0.tolerance == ambiguity.tolerance }?.name
        let rule = name.map { "a rule allows it if it says tolerate=\($0)" }
        let file = ambiguity.isOpenedByExactPaths ? "paths exact in the configuration would allow it" : nil
        let ways = [rule, file].compactMap { $0 }
        return ways.isEmpty ? "no rule can allow it" : ways.joined(separator: "; ")
    }

    // MARK: authenticate

    private mutating func addToken() {
        switch explanation.token {
        case .noRule: return
        case .notRead: add("token", ["not read, whether there is one or not: the rule is for \(audience)"])
        case .absent(let otherScheme):
            let start = otherScheme ? "none: the credentials are of another scheme than Bearer" : "none"
            add("token", [explanation.rule?.access == .optional ? "\(start); this rule can do without" : start])
        case .refused(let fault, let inspection): add("token", refusal(fault, inspection))
        case .accepted(let token, let isSupposed):
            let subject = token.subject.map { "subject \(PlainText.quoted($0))" } ?? "without a subject"
            guard !isSupposed else { return add("token", ["supposed: a valid one with these claims; \(subject)"]) }
            add("token", ["valid; \(subject); expires \(readable(token.expiresAt))"])
        }
    }

    private func refusal(_ fault: CredentialFault, _ inspection: TokenInspection?) -> [String] {
        guard let inspection else { return ["refused: \(fault.explanation)"] }
        if fault == .token(.expired), let expiry = inspection.expiry {
            return ["refused: it expired \(readable(expiry))"]
        }
        return ["refused: \(fault.explanation)", "gateway token inspect looks closer"]
    }

    private var audience: String { explanation.rule?.access == .deny ? "nobody" : "everybody" }

    private func readable(_ moment: UnixTime) -> String {
        "\(ReadableTime.distance(to: moment, from: explanation.now)), at \(ReadableTime.date(moment))"
    }

    private mutating func addConditions() {
        for (index, finding) in explanation.conditions.enumerated() {
            let verdict = finding.isMet ? "is met" : "is NOT met"
            add(index == 0 ? "condition" : "", ["\(finding.condition.text) \(verdict): \(saw(finding))"])
        }
    }

    private func saw(_ finding: ConditionFinding) -> String {
        let name = PlainText.plain(configuration.claimName(of: finding.condition))
        guard let claim = finding.claim else { return "the token has no claim \(name)" }
        return "the token's claim \(name) is \(PlainText.plain(claim))"
    }

    // MARK: checkRevocation

    private mutating func addBlacklist() {
        switch explanation.blacklist {
        case .noToken: return
        case .notConfigured: add("blacklist", ["none is configured: a token is good until it expires"])
        case .notAsked: add("blacklist", ["not asked; the token is taken not to be logged out (--blacklist asks)"])
        case .asked(.clear): add("blacklist", ["asked: the token is not logged out\(caveat)"])
        case .asked(.revoked): add("blacklist", ["asked: the token, or its subject, is logged out"])
        case .asked(.revokedByUnusableCutoff):
            add("blacklist", ["asked: the entry for the subject is no time in milliseconds, so its tokens are refused"])
        case .asked(.unavailable(let failure)):
            add("blacklist", ["asked, without an answer: \(PlainText.plain("\(failure)".utf8))"])
        }
    }

    private var caveat: String {
        configuration.blacklist?.onFailure == .allow
            ? ", or there was no answer, and on-failure allow lets it pass" : ""
    }

    // MARK: prepareUpstream

    private mutating func addHeaders() {
        guard let headers = explanation.headers else { return }
        let removed = headers.removed.map { "- \(PlainText.plain($0.name)): \($0.reason.rawValue)" }
        let added = headers.vouched.map { "+ \(PlainText.plain($0))" }
        let others = ["+ \(headers.forwarding.joined(separator: ", ")): how the request came"]
        add("headers", removed + added + others)
    }

    // MARK: The answer

    private var answer: [String] {
        switch explanation.answer {
        case .forwarded(let upstream):
            let line = explanation.headers.map { ", which gets \(PlainText.plain($0.requestLine.dropLast(9)))" } ?? ""
            return ["→ \(upstream.name)\(line)"]
        case .refused(let refusal):
            let message = refusal.message == refusal.title ? "" : ": \(refusal.message)"
            return ["\(refusal.status) \(refusal.code)\(message)"]
        case .served(let status): return ["\(status), by the gateway itself"]
        case .unknown(let keys):
            return ["can't be told: the token may be signed with a key that is not there"]
                + keys.map { $0.citation(in: configuration.file) }
        }
    }
}

extension KeySettings {
    /// `routes.conf:6: HS256 env:ACCESS_TOKEN_SECRET`; names where the key is kept, never the key.
    func citation(in file: String) -> String {
        let name = kid.map { " kid=\(PlainText.plain($0))" } ?? ""
        return switch source {
        case .environment(let variable): "\(file):\(line): \(algorithm.rawValue) env:\(variable)\(name)"
        case .file(let path): "\(file):\(line): \(algorithm.rawValue) file:\(path)\(name)"
        }
    }
}

extension Configuration {
    /// The claim that a condition looks at.
    func claimName(of condition: Condition) -> [UInt8] {
        switch condition.subject {
        case .role: tokens?.roleClaim ?? Array("role".utf8)
        case .scope: tokens?.scopeClaim ?? Array("scope".utf8)
        case .subject: tokens?.subjectClaim ?? Array("sub".utf8)
        case .claim(let name): name
        }
    }
}
