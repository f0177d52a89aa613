internal import Accounts
internal import AuthFilter
internal import NIOCore
internal import ProxyEngine
internal import RateLimits
internal import RedisBlacklist
internal import Routes

/// Where authentication meets proxying: hands the engine's requests to the ``Decider``, in whose file the steps stand
/// in order, and waits for the blacklist where it has to be asked.
///
/// One for each event loop, whose connection to the blacklist it uses.
final class AuthenticatingGatekeeper: Gatekeeper {
    private var decider: Decider
    private let cache: TokenCache
    private let revocation: RevocationCheck?
    private let accounts: AccountsDoor?
    private let rates: RateControl
    private let logsRequests: Bool

    init(
        policy: GatewayPolicy, verifier: TokenVerifier?, cache: TokenCache, revocation: RevocationCheck?,
        accounts: AccountsDoor?, rates: RateControl
    ) {
        decider = Decider(policy: policy, verifier: verifier, cache: cache)
        self.cache = cache
        self.revocation = revocation
        self.accounts = accounts
        self.rates = rates
        logsRequests = policy.logsRequests
    }

    func admit(_ exchange: Exchange) -> Admission {
        if let cors = decider.policy.cors {
            exchange.responseLines += cors.responseLines(for: exchange.head)
            if let answer = cors.preflight(exchange.head) {
                return hostRefusal(exchange.head).map { .refused($0) } ?? .answered(answer)
            }
        }
        if exchange.head.traits.contains(.wantsWebSocket), let refusal = originRefusal(exchange) {
            return .refused(hostRefusal(exchange.head) ?? refusal)
        }
        if let accounts, let rest = accounts.rest(of: exchange) {
            return hostRefusal(exchange.head).map { .refused($0) } ?? admit(rest, exchange, to: accounts)
        }
        let bytes = exchange.head.bytes
        let decision = decider.decide(
            bytes.readableBytesUInt8Span, host: exchange.head.host, method: exchange.head.method,
            path: exchange.head.path,
            credentials: exchange.head.authorization.map { .field($0) } ?? .none, at: UnixTime(exchange))
        attribute(decision, to: exchange)
        switch decision.stage {
        case .decided(let answer): return count(answer, exchange, for: decision.route)
        case .needsBlacklist(let token, let route): return checkRevocation(of: token, exchange, for: route)
        }
    }

    /// Another policy from the next request on.
    func use(_ policy: GatewayPolicy, _ verifier: TokenVerifier?) {
        cache.removeAll()
        decider = Decider(policy: policy, verifier: verifier, cache: cache)
    }

    func replaceVerifier(_ verifier: TokenVerifier) { decider.replaceVerifier(verifier) }

    func shutDown() {
        revocation?.shutDown()
        rates.close()
    }

    private func hostRefusal(_ head: RequestHead) -> Refusal? {
        let bytes = head.bytes
        return decider.hostRefusal(
            bytes.readableBytesUInt8Span, host: head.host, method: head.method, path: head.path)
    }

    /// Pages of other sites may open WebSockets as they like, and the browser sends its cookies along: no preflight asks
    /// (RFC 6455 §10.2). Whoever sends no Origin is no browser.
    private func originRefusal(_ exchange: Exchange) -> Refusal? {
        let head = exchange.head
        let origins = head.values(of: "origin").map { String(decoding: $0, as: UTF8.self) }
        guard !origins.isEmpty else { return nil }
        let host = exchange.forwardedHost ?? head.values(of: "host").first.map { String(decoding: $0, as: UTF8.self) }
        let own = OwnOrigins.of(host: host ?? "") + (decider.policy.configuration.cors?.origins ?? [])
        guard origins.count == 1, own.contains(origins[0].lowercased()) else {
            return RefusalCatalogue.make(.originDenied)
        }
        return nil
    }

    /// The same checks of the token as at the beginning. While the blacklist can't be asked, what began goes on.
    func recheck(_ exchange: Exchange, _ verdict: @escaping (Refusal?) -> Void) {
        guard let token = exchange.standing as? TokenCache.Entry else { return verdict(nil) }
        let now = UnixTime.now
        if let refusal = decider.expiry(of: token, at: now) { return verdict(refusal) }
        guard let revocation else { return verdict(nil) }
        func conclude(_ answer: RevocationCheck.Verdict) {
            switch answer {
            case .clear, .unavailable: verdict(nil)
            case .revoked, .revokedByUnusableCutoff: verdict(decider.policy.refusals.revoked)
            }
        }
        if let answer = revocation.known(about: token, at: now) ?? revocation.ask(about: token, at: now, conclude) {
            conclude(answer)
        }
    }

    /// For the record.
    private func attribute(_ decision: borrowing RequestDecision, to exchange: Exchange) {
        if let route = decision.route { exchange.attribution.ruleLine = route.line }
        if let token = decision.token, decision.route?.options.outlivesToken == false { exchange.standing = token }
        if let fault = decision.fault { exchange.attribution.detail = fault.explanation }
        if logsRequests, let token = decision.token {
            exchange.attribution.user = token.verified.subject.map { $0[...] }
        }
    }

    // MARK: checkRevocation

    private func checkRevocation(
        of token: TokenCache.Entry, _ exchange: Exchange, for route: GatewayPolicy.CompiledRoute
    ) -> Admission {
        // Where the configuration names a blacklist there is one to ask; should there ever be none, nobody passes.
        guard let revocation else { return conclude(.unavailable(.notRunning), about: token, exchange, for: route) }
        let now = UnixTime(exchange)
        let verdict =
            revocation.known(about: token, at: now)
            ?? revocation.ask(about: token, at: now) { [self] verdict in
                exchange.resolve(conclude(verdict, about: token, exchange, for: route))
            }
        guard let verdict else { return .pending }
        return conclude(verdict, about: token, exchange, for: route)
    }

    private func conclude(
        _ verdict: RevocationCheck.Verdict, about token: TokenCache.Entry, _ exchange: Exchange,
        for route: GatewayPolicy.CompiledRoute
    ) -> Admission {
        if let explanation = verdict.explanation { exchange.attribution.detail = explanation }
        return count(decider.conclude(verdict, about: token, for: route), exchange, for: route)
    }

    // MARK: The rule's rate

    /// Last of all: only what would pass is counted, so that nobody uses up another's rate with bad tokens.
    private func count(
        _ answer: RequestDecision.Answer, _ exchange: Exchange, for route: GatewayPolicy.CompiledRoute?
    ) -> Admission {
        guard case .permitted = answer, let route, let rate = route.options.rate else { return Admission(answer) }
        let network = ClientNetwork.of(String(exchange.clientAddressText))
        let keys = ["rule \(route.rateName) \(network)"]
        func admission(_ verdict: RateControl.Verdict) -> Admission {
            switch verdict {
            case .within: Admission(answer)
            case .exceeded(let seconds): .refused(RefusalCatalogue.rateLimited(seconds: seconds))
            }
        }
        let verdict = rates.take(keys, rate, at: UnixTime(exchange).milliseconds) { exchange.resolve(admission($0)) }
        return verdict.map(admission) ?? .pending
    }
}

// MARK: - The gateway's own endpoints

extension AuthenticatingGatekeeper {
    /// The same steps for a request that the accounts answer: which endpoint, whose token, is it revoked.
    private func admit(_ rest: String, _ exchange: Exchange, to accounts: AccountsDoor) -> Admission {
        let endpoint: AccountEndpoint
        switch accounts.match(rest, exchange) {
        case .endpoint(let found): endpoint = found
        case .notFound:
            let (head, bytes) = (exchange.head, exchange.head.bytes)
            let ambiguity = decider.ambiguity(
                bytes.readableBytesUInt8Span, host: head.host, method: head.method, path: head.path)
            return .refused(ambiguity ?? decider.policy.refusals.noRoute)
        case .methodNotAllowed(let allow): return .refused(decider.policy.refusals.methodNotAllowed(allow: allow))
        }
        guard endpoint.tokenNeed != .none else { return accounts.collect(endpoint, exchange, token: nil) }
        let bytes = exchange.head.bytes
        switch decider.caller(bytes.readableBytesUInt8Span, exchange.head.authorization, at: UnixTime(exchange)) {
        case .anonymous:
            guard endpoint.tokenNeed == .optional
            else { return .refused(decider.policy.refusals.refusal(for: .tokenMissing)) }
            return accounts.collect(endpoint, exchange, token: nil)
        case .refused(let fault):
            guard endpoint.tokenNeed == .optional else {
                exchange.attribution.detail = fault.explanation
                return .refused(decider.policy.refusals.refusal(for: fault))
            }
            return accounts.collect(endpoint, exchange, token: nil)
        case .verified(let token): return admit(token, endpoint, exchange, to: accounts)
        }
    }

    private func admit(
        _ token: TokenCache.Entry, _ endpoint: AccountEndpoint, _ exchange: Exchange, to accounts: AccountsDoor
    ) -> Admission {
        exchange.attribution.user = token.verified.subject.map { $0[...] }
        // Who wants to be logged out may be, whatever the blacklist says or does not say.
        guard let revocation, endpoint.tokenNeed == .required
        else { return accounts.collect(endpoint, exchange, token: token.verified) }
        func conclude(_ verdict: RevocationCheck.Verdict) -> Admission {
            if let explanation = verdict.explanation { exchange.attribution.detail = explanation }
            if let refusal = decider.refusal(for: verdict) { return .refused(refusal) }
            return accounts.collect(endpoint, exchange, token: token.verified)
        }
        let now = UnixTime(exchange)
        let verdict =
            revocation.known(about: token, at: now)
            ?? revocation.ask(about: token, at: now) { exchange.resolve(conclude($0)) }
        return verdict.map(conclude) ?? .pending
    }
}

extension Admission {
    fileprivate init(_ answer: RequestDecision.Answer) {
        self =
            switch answer {
            case .permitted(let passage): .permitted(passage)
            case .refused(let refusal): .refused(refusal)
            }
    }
}

extension UnixTime {
    fileprivate init(_ exchange: Exchange) { self.init(milliseconds: exchange.receivedAt / 1_000_000) }
}
