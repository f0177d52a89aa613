internal import AuthFilter
internal import ProxyEngine
internal import Routes

/// Decides about requests: the middle of a request's life, one step after the other.
///
///     … resolveTarget → matchRoute → authenticate → checkRevocation → authorize → prepareUpstream …
///
/// The one place for it: requests come here by ``AuthenticatingGatekeeper``, the expectations of a file by
/// ``ExpectationRunner``, questions by ``Explainer``. It waits for nothing: where the blacklist has to be asked it says
/// so, and is told the answer. One for each event loop, whose verifier and cache of tokens it owns.
final class Decider {
    let policy: GatewayPolicy
    private var verifier: TokenVerifier?
    /// Of tokens that `verifier` accepted under `policy`.
    private let cache: TokenCache
    private let asksBlacklist: Bool

    init(policy: GatewayPolicy, verifier: TokenVerifier?, cache: TokenCache) {
        self.policy = policy
        self.verifier = verifier
        self.cache = cache
        asksBlacklist = policy.configuration.blacklist != nil
    }

    /// For other keys. What the old ones accepted is forgotten.
    func replaceVerifier(_ verifier: TokenVerifier) {
        self.verifier = verifier
        cache.removeAll()
    }

    /// What a request presents to show who asks.
    enum Credentials {
        case none
        /// The value of its `Authorization` field.
        case field(Range<Int>)
        /// Nothing, and this is supposed to have come of it: for questions, never for requests.
        case supposed(Authentication)
    }

    /// - Parameter octets: the request's head, of which the ranges are parts.
    func decide(
        _ octets: Span<UInt8>, host: Range<Int>?, method: Range<Int>, path: Range<Int>, credentials: Credentials,
        at now: UnixTime
    ) -> RequestDecision {
        switch matchRoute(octets, host: host, method: method, path: path) {
        case .refused(let refusal): return RequestDecision(stage: .decided(.refused(refusal)))
        case .matched(let route):
            switch authenticate(octets, credentials, for: route, at: now) {
            case .refused(let fault):
                let refusal = policy.refusals.refusal(for: fault)
                return RequestDecision(stage: .decided(.refused(refusal)), route: route, fault: fault)
            case .anonymous: return RequestDecision(stage: .decided(authorize(nil, for: route)), route: route)
            case .verified(let token):
                let stage: RequestDecision.Stage =
                    asksBlacklist ? .needsBlacklist(token, route) : .decided(authorize(token, for: route))
                return RequestDecision(stage: stage, route: route, token: token)
            }
        }
    }

    /// The rest, when the blacklist was asked about the token.
    func conclude(
        _ verdict: RevocationCheck.Verdict, about token: TokenCache.Entry, for route: GatewayPolicy.CompiledRoute
    ) -> RequestDecision.Answer {
        refusal(for: verdict).map { .refused($0) } ?? authorize(token, for: route)
    }

    func refusal(for verdict: RevocationCheck.Verdict) -> Refusal? {
        switch verdict {
        case .clear: nil
        case .revoked, .revokedByUnusableCutoff: policy.refusals.revoked
        case .unavailable: policy.refusals.blacklistUnavailable
        }
    }

    /// Who sent a request that no rule decides about, because the gateway answers it itself.
    func caller(_ octets: Span<UInt8>, _ field: Range<Int>?, at now: UnixTime) -> Authentication {
        field.map { authenticate(octets, field: $0, at: now) } ?? .anonymous
    }

    // MARK: resolveTarget, matchRoute

    private enum RouteMatch {
        case matched(GatewayPolicy.CompiledRoute)
        case refused(Refusal)
    }

    private func matchRoute(
        _ octets: Span<UInt8>, host: Range<Int>?, method: Range<Int>, path: Range<Int>
    ) -> RouteMatch {
        let decision = policy.configuration.decide(
            host: octets.extracting(host ?? 0..<0), method: octets.extracting(method), path: octets.extracting(path))
        return switch decision {
        case .hostUnknown: .refused(policy.refusals.hostUnknown)
        case .matched(let id): .matched(policy.routes[id.index])
        case .ambiguous(let ambiguity): .refused(policy.refusals.refusal(for: ambiguity))
        case .noRoute: .refused(policy.refusals.noRoute)
        case .methodNotAllowed(let allowed): .refused(policy.refusals.refusal(for: allowed))
        }
    }

    /// For requests that no rule decides about: a host that the file doesn't name has nothing of the gateway's either.
    func hostRefusal(_ octets: Span<UInt8>, host: Range<Int>?, method: Range<Int>, path: Range<Int>) -> Refusal? {
        guard let hosts = policy.configuration.hosts, !hosts.knows(octets.extracting(host ?? 0..<0)),
            case .refused(let refusal) = matchRoute(octets, host: host, method: method, path: path)
        else { return nil }
        return refusal
    }

    /// The same for a path below the accounts' prefix that is none of theirs: what is ambiguous is so there, too.
    func ambiguity(_ octets: Span<UInt8>, host: Range<Int>?, method: Range<Int>, path: Range<Int>) -> Refusal? {
        guard
            case .ambiguous(let ambiguity) = policy.configuration.decide(
                host: octets.extracting(host ?? 0..<0), method: octets.extracting(method),
                path: octets.extracting(path))
        else { return nil }
        return policy.refusals.refusal(for: ambiguity)
    }

    // MARK: authenticate

    private func authenticate(
        _ octets: Span<UInt8>, _ credentials: Credentials, for route: GatewayPolicy.CompiledRoute, at now: UnixTime
    ) -> Authentication {
        guard route.need != .none else { return .anonymous }
        switch credentials {
        case .none: return .anonymous
        case .supposed(let authentication): return authentication
        case .field(let field): return authenticate(octets, field: field, at: now)
        }
    }

    /// A token that was verified before is only looked at for its time: it is found by all its bytes, so they need not be read
    /// again to see whether they are a token's. That is a tenth of the instructions of a request.
    private func authenticate(_ octets: Span<UInt8>, field: Range<Int>, at now: UnixTime) -> Authentication {
        let value = octets.extracting(field)
        if let start = BearerCredentials.start(of: value), start < value.count,
            let known = cache.find(value.extracting(start..<value.count))
        {
            return known.verified.refusal(at: now).map { .refused(.token($0)) } ?? .verified(known)
        }
        switch BearerCredentials(value) {
        case .missing: return .anonymous
        case .invalid: return .refused(.malformed)
        case .token(let range): return verify(value.extracting(range), at: now)
        }
    }

    private func verify(_ token: Span<UInt8>, at now: UnixTime) -> Authentication {
        guard let verifier else { return .anonymous }
        switch verifier.verify(token, at: now) {
        case .verified(let verified): return .verified(cache.insert(token, verified))
        case .refused(let refusal): return .refused(.token(refusal))
        }
    }

    /// Why a token that was good is not any more; nil where it is.
    func expiry(of token: TokenCache.Entry, at now: UnixTime) -> Refusal? {
        token.verified.refusal(at: now).map { policy.refusals.refusal(for: .token($0)) }
    }

    // MARK: authorize

    private func authorize(_ token: TokenCache.Entry?, for route: GatewayPolicy.CompiledRoute) -> RequestDecision.Answer
    {
        switch Authorizer.authorize(access: route.access, route: route.id, token: token?.verified) {
        case .refused(let refusal): return .refused(policy.refusals.refusal(for: refusal))
        case .permitted(let permit):
            // A route without an upstream is `deny`, which permits nobody.
            guard let upstream = route.upstream else { return .refused(policy.refusals.refusal(for: .routeDenied)) }
            return .permitted(
                Passage(
                    permit, to: upstream, generation: route.generation, route.options,
                    vouched: identityLines(for: permit, of: token)))
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
    fileprivate init(
        _ permit: borrowing Permit, to upstream: Int, generation: Int, _ options: RouteOptions, vouched: [UInt8]
    ) {
        self.init(
            upstream: upstream, generation: generation, vouched: vouched, forwardsAuthorization: options.passToken,
            passesTrailers: options.passTrailers, responseTimeout: options.timeout, maxBody: options.maxBody)
    }
}
