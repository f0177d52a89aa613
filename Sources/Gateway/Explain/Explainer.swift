internal import AuthFilter
internal import NIOCore
internal import ProxyEngine
internal import Routes

/// Finds out what would happen to a request, by the code that decides about requests, and collects why.
struct Explainer {
    let policy: GatewayPolicy
    private let rehearsal: Rehearsal
    private let verifier: TokenVerifier?
    private let asksBlacklist: Bool

    /// - Parameter asksBlacklist: the blacklist is asked about good tokens; otherwise it is taken to know nothing of them.
    init(policy: GatewayPolicy, asksBlacklist: Bool) throws(KeyError) {
        self.policy = policy
        self.asksBlacklist = asksBlacklist
        verifier = if let tokens = policy.tokens { try TokenVerifier(policy: tokens) } else { nil }
        let inquiry =
            asksBlacklist
            ? policy.configuration.blacklist.map {
                BlacklistInquiry(
                    settings: $0, password: policy.blacklistPassword,
                    database: policy.configuration.accounts.map {
                        FileAccess.resolve($0.database, besides: policy.configuration.file)
                    })
            } : nil
        rehearsal = Rehearsal(policy: policy, verifier: verifier) { token in
            inquiry?.ask(about: token, at: .now) ?? .clear
        }
    }

    /// - Parameter whom: whose request it is supposed to be; nil: what its fields say counts.
    func explain(_ request: SupposedRequest, as whom: Expectation.Whom? = nil) -> Explanation {
        let now = UnixTime.now
        let outcome = rehearsal.run(request, supposing: whom.map(authentication), at: now)
        let rule = outcome.decision?.route.map { policy.configuration.rules[$0.id.index] }
        let token = tokenReport(outcome, rule, isSupposed: whom != nil, at: now)
        return Explanation(
            request: request, answer: answer(outcome, token),
            host: outcome.decision == nil ? nil : host(outcome.head),
            routing: outcome.decision == nil ? nil : routing(outcome.head),
            rule: rule, token: token, conditions: conditions(token, rule), blacklist: blacklistReport(outcome),
            headers: headers(request, outcome), now: now)
    }

    private func authentication(_ whom: Expectation.Whom) -> Authentication {
        let claims = HypotheticalClaims.variants(of: whom, configuration: policy.configuration).first ?? nil
        return claims?.authentication(for: policy) ?? .anonymous
    }

    private func routing(_ head: RequestHead) -> RouteExplanation {
        let octets = Array(head.bytes.readableBytesView)
        return policy.configuration.explain(
            host: Array(octets[head.host ?? 0..<0]), method: Array(octets[head.method]), path: Array(octets[head.path]))
    }

    private func host(_ head: RequestHead) -> Explanation.Host? {
        guard let hosts = policy.configuration.hosts else { return nil }
        return hosts.pattern(for: Array(Array(head.bytes.readableBytesView)[head.host ?? 0..<0])).map { .named($0) }
            ?? .unknown(hosts.patterns)
    }

    private func tokenReport(
        _ outcome: Rehearsal.Outcome, _ rule: Rule?, isSupposed: Bool, at now: UnixTime
    ) -> Explanation.TokenReport {
        guard let decision = outcome.decision, let rule else { return .noRule }
        guard Authorizer.need(of: rule.access) != .none else { return .notRead }
        if let fault = decision.fault {
            return .refused(fault, isSupposed ? nil : inspection(of: outcome.head, at: now))
        }
        if let token = decision.token { return .accepted(token.verified, isSupposed: isSupposed) }
        return .absent(otherScheme: !isSupposed && outcome.head.authorization != nil)
    }

    private func inspection(of head: RequestHead, at now: UnixTime) -> TokenInspection? {
        guard let verifier, let field = head.authorization else { return nil }
        let value = Array(Array(head.bytes.readableBytesView)[field])
        guard case .token(let range) = BearerCredentials(value.span) else { return nil }
        return TokenInspection(Array(value[range]), verifier: verifier, at: now)
    }

    private func conditions(_ token: Explanation.TokenReport, _ rule: Rule?) -> [ConditionFinding] {
        guard case .accepted(let token, _) = token, let rule else { return [] }
        return token.findings(for: rule.access)
    }

    private func blacklistReport(_ outcome: Rehearsal.Outcome) -> Explanation.BlacklistReport {
        guard outcome.decision?.token != nil else { return .noToken }
        guard let verdict = outcome.revocation else { return .notConfigured }
        return asksBlacklist ? .asked(verdict) : .notAsked
    }

    private func answer(_ outcome: Rehearsal.Outcome, _ token: Explanation.TokenReport) -> Explanation.Answer {
        if case .refused(_, let inspection?) = token {
            let missing = policy.unreadKeys.filter { inspection.mayNeed($0) }
            if !missing.isEmpty { return .unknown(missing) }
        }
        return switch outcome.answer {
        case .forwarded(let passage): .forwarded(policy.configuration.upstreams[passage.upstream])
        case .refused(let refusal): .refused(refusal)
        case .served(let status): .served(status: status)
        }
    }

    private func headers(_ request: SupposedRequest, _ outcome: Rehearsal.Outcome) -> HeaderReport? {
        guard case .forwarded(let passage) = outcome.answer else { return nil }
        return HeaderReport(
            request, outcome.head, passage, settings: rehearsal.settings, identity: policy.configuration.identity)
    }
}
