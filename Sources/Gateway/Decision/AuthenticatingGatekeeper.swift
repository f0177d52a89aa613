internal import AuthFilter
internal import NIOCore
internal import ProxyEngine
internal import RedisBlacklist
internal import Routes

/// Where authentication meets proxying: hands the engine's requests to the ``Decider``, in whose file the steps stand
/// in order, and waits for the blacklist where it has to be asked.
///
/// One for each event loop, whose connection to the blacklist it uses.
final class AuthenticatingGatekeeper: Gatekeeper {
    private let decider: Decider
    private let revocation: RevocationCheck?
    private let logsRequests: Bool

    init(policy: GatewayPolicy, verifier: TokenVerifier?, cache: TokenCache, revocation: RevocationCheck?) {
        decider = Decider(policy: policy, verifier: verifier, cache: cache)
        self.revocation = revocation
        logsRequests = policy.logsRequests
    }

    func admit(_ exchange: Exchange) -> Admission {
        let bytes = exchange.head.bytes
        let decision = decider.decide(
            bytes.readableBytesUInt8Span, method: exchange.head.method, path: exchange.head.path,
            credentials: exchange.head.authorization.map { .field($0) } ?? .none, at: UnixTime(exchange))
        attribute(decision, to: exchange)
        switch decision.stage {
        case .decided(let answer): return Admission(answer)
        case .needsBlacklist(let token, let route): return checkRevocation(of: token, exchange, for: route)
        }
    }

    func shutDown() { revocation?.shutDown() }

    /// For the record.
    private func attribute(_ decision: borrowing RequestDecision, to exchange: Exchange) {
        if let route = decision.route { exchange.attribution.ruleLine = route.line }
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
        let answer = revocation.ask(about: token, at: UnixTime(exchange)) { [self] verdict in
            exchange.resolve(conclude(verdict, about: token, exchange, for: route))
        }
        guard let answer else { return .pending }
        return conclude(answer, about: token, exchange, for: route)
    }

    private func conclude(
        _ verdict: RevocationCheck.Verdict, about token: TokenCache.Entry, _ exchange: Exchange,
        for route: GatewayPolicy.CompiledRoute
    ) -> Admission {
        if let explanation = verdict.explanation { exchange.attribution.detail = explanation }
        return Admission(decider.conclude(verdict, about: token, for: route))
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
