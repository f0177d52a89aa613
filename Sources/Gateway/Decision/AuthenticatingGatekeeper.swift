internal import AuthFilter
internal import NIOCore
internal import ProxyEngine
internal import RedisBlacklist
internal import Routes

/// Where authentication meets proxying: the middle of a request's life, one step after the other.
///
///     … resolveTarget → matchRoute → authenticate → checkRevocation → authorize → prepareUpstream …
///
/// One for each event loop, whose verifier and blacklist connection it uses.
final class AuthenticatingGatekeeper: Gatekeeper {
    private let policy: GatewayPolicy
    private let verifier: TokenVerifier?
    /// Of tokens that `verifier` accepted under `policy`.
    private let cache: TokenCache
    private let revocation: RevocationCheck?

    init(policy: GatewayPolicy, verifier: TokenVerifier?, cache: TokenCache, revocation: RevocationCheck?) {
        self.policy = policy
        self.verifier = verifier
        self.cache = cache
        self.revocation = revocation
    }

    func admit(_ exchange: Exchange) -> Admission {
        switch matchRoute(exchange) {
        case .refused(let refusal): return .refused(refusal)
        case .matched(let route):
            switch authenticate(exchange, for: route) {
            case .refused(let refusal): return .refused(refusal)
            case .anonymous: return authorize(nil, for: route)
            case .verified(let token): return checkRevocation(of: token, exchange, for: route)
            }
        }
    }

    // MARK: resolveTarget, matchRoute

    private enum RouteMatch {
        case matched(GatewayPolicy.CompiledRoute)
        case refused(Refusal)
    }

    private func matchRoute(_ exchange: Exchange) -> RouteMatch {
        let bytes = exchange.head.bytes
        let octets = bytes.readableBytesUInt8Span
        let decision = policy.configuration.table.decide(
            method: octets.extracting(exchange.head.method), path: octets.extracting(exchange.head.path))
        switch decision {
        case .matched(let id):
            let route = policy.routes[id.index]
            exchange.attribution.ruleLine = route.line
            return .matched(route)
        case .ambiguous(let ambiguity): return .refused(policy.refusals.refusal(for: ambiguity))
        case .noRoute: return .refused(policy.refusals.noRoute)
        case .methodNotAllowed(let allowed): return .refused(policy.refusals.refusal(for: allowed))
        }
    }

    // MARK: authenticate

    private enum Authentication {
        /// No token was presented, or none is read here.
        case anonymous
        case verified(TokenCache.Entry)
        case refused(Refusal)
    }

    private func authenticate(_ exchange: Exchange, for route: GatewayPolicy.CompiledRoute) -> Authentication {
        guard route.need != .none, let field = exchange.head.authorization else { return .anonymous }
        let bytes = exchange.head.bytes
        let value = bytes.readableBytesUInt8Span.extracting(field)
        switch BearerCredentials(value) {
        case .missing: return .anonymous
        case .invalid:
            exchange.attribution.detail = "the Bearer credentials are empty or malformed"
            return .refused(policy.refusals.invalid)
        case .token(let range):
            guard let verifier else { return .anonymous }
            switch verify(value.extracting(range), with: verifier, at: UnixTime(exchange)) {
            case .verified(let token):
                if policy.logsRequests { exchange.attribution.user = token.verified.subject.map { $0[...] } }
                return .verified(token)
            case .refused(let refusal):
                exchange.attribution.detail = refusal.explanation
                return .refused(policy.refusals.refusal(for: refusal))
            }
        }
    }

    private enum Verification {
        case verified(TokenCache.Entry)
        case refused(TokenRefusal)
    }

    /// A token that was verified before is only looked at for its time.
    private func verify(_ token: Span<UInt8>, with verifier: TokenVerifier, at now: UnixTime) -> Verification {
        if let known = cache.find(token) {
            if let refusal = known.verified.refusal(at: now) { return .refused(refusal) }
            return .verified(known)
        }
        switch verifier.verify(token, at: now) {
        case .verified(let verified): return .verified(cache.insert(token, verified))
        case .refused(let refusal): return .refused(refusal)
        }
    }

    // MARK: checkRevocation

    private func checkRevocation(
        of token: TokenCache.Entry, _ exchange: Exchange, for route: GatewayPolicy.CompiledRoute
    ) -> Admission {
        guard let revocation else { return authorize(token, for: route) }
        let answer = revocation.ask(about: token, at: UnixTime(exchange)) { [self] verdict in
            exchange.resolve(proceed(verdict, token, exchange, route))
        }
        guard let answer else { return .pending }
        return proceed(answer, token, exchange, route)
    }

    private func proceed(
        _ verdict: RevocationCheck.Verdict, _ token: TokenCache.Entry, _ exchange: Exchange,
        _ route: GatewayPolicy.CompiledRoute
    ) -> Admission {
        switch verdict {
        case .clear: return authorize(token, for: route)
        case .revoked: return .refused(policy.refusals.revoked)
        case .revokedByUnusableCutoff:
            exchange.attribution.detail = "the blacklist's entry for this subject is no time in milliseconds"
            return .refused(policy.refusals.revoked)
        case .unavailable(let failure):
            exchange.attribution.detail = "blacklist: \(failure)"
            return .refused(policy.refusals.blacklistUnavailable)
        }
    }

    // MARK: authorize

    private func authorize(_ token: TokenCache.Entry?, for route: GatewayPolicy.CompiledRoute) -> Admission {
        switch Authorizer.authorize(access: route.access, route: route.id, token: token?.verified) {
        case .refused(let refusal): return .refused(policy.refusals.refusal(for: refusal))
        case .permitted(let permit):
            // A route without an upstream is `deny`, which permits nobody.
            guard let upstream = route.upstream else { return .refused(policy.refusals.refusal(for: .routeDenied)) }
            return .permitted(
                Passage(permit, to: upstream, route.options, vouched: identityLines(for: permit, of: token)))
        }
    }

    /// Worked out once for a token, since every route vouches for it in the same words.
    private func identityLines(for permit: Permit, of token: TokenCache.Entry?) -> [UInt8] {
        guard let token, permit.token != nil else { return policy.identity.render(for: permit) }
        if let lines = token.identityLines { return lines }
        let lines = policy.identity.render(for: permit)
        token.identityLines = lines
        return lines
    }
}

extension Passage {
    /// The only place where a passage is made, and it takes a permit.
    fileprivate init(_ permit: borrowing Permit, to upstream: Int, _ options: RouteOptions, vouched: [UInt8]) {
        self.init(
            upstream: upstream, vouched: vouched, forwardsAuthorization: options.passToken,
            responseTimeout: options.timeout, maxBody: options.maxBody)
    }
}

extension UnixTime {
    fileprivate init(_ exchange: Exchange) { self.init(milliseconds: exchange.receivedAt / 1_000_000) }
}
