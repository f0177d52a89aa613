internal import AuthFilter
internal import NIOCore
internal import ProxyEngine
internal import Routes

/// Puts supposed requests through everything that decides about one: the engine reads the head, the ``Decider`` decides.
struct Rehearsal {
    enum Answer {
        case forwarded(Passage)
        case refused(Refusal)
        /// By the gateway itself, and no refusal: `OPTIONS *`.
        case served(status: Int)
    }

    /// What came of a request, and on what grounds.
    struct Outcome {
        var answer: Answer
        /// nil: the engine refused the request before anybody decided about it.
        var decision: RequestDecision?
        /// nil: there was no need to ask.
        var revocation: RevocationCheck.Verdict?
        var head: RequestHead
    }

    let settings: EngineSettings
    private let decider: Decider
    private let revocation: (TokenCache.Entry) -> RevocationCheck.Verdict

    /// - Parameters:
    ///   - verifier: nil where no request presents a token.
    ///   - revocation: stands for the blacklist.
    init(
        policy: GatewayPolicy, verifier: TokenVerifier?,
        revocation: @escaping (TokenCache.Entry) -> RevocationCheck.Verdict
    ) {
        settings = EngineSettings(policy)
        decider = Decider(policy: policy, verifier: verifier, cache: TokenCache(capacity: 8))
        self.revocation = revocation
    }

    /// - Parameter supposed: what is supposed to have come of the request's credentials; nil: they are read.
    func run(_ request: SupposedRequest, supposing supposed: Authentication?, at now: UnixTime) -> Outcome {
        let head = RequestHead()
        let reading = head.read(request.bytes, catalogue: settings.requestFields, limits: settings.limits)
        switch reading {
        case .complete: return decide(head, supposing: supposed, at: now)
        case .asterisk: return Outcome(answer: .served(status: 204), head: head)
        case .connect:
            return Outcome(answer: .refused(Refusal(.methodNotAllowed, "CONNECT is not served here")), head: head)
        case .malformed(let fault): return Outcome(answer: .refused(Refusal(fault)), head: head)
        case .incomplete:
            return Outcome(answer: .refused(Refusal(.requestMalformed, "the request's head has no end")), head: head)
        }
    }

    private func decide(_ head: RequestHead, supposing supposed: Authentication?, at now: UnixTime) -> Outcome {
        let presented: Decider.Credentials = head.authorization.map { .field($0) } ?? .none
        let bytes = head.bytes
        let decision = decider.decide(
            bytes.readableBytesUInt8Span, host: head.host, method: head.method, path: head.path,
            credentials: supposed.map { .supposed($0) } ?? presented, at: now)
        switch decision.stage {
        case .decided(let answer): return Outcome(answer: admit(answer, head), decision: decision, head: head)
        case .needsBlacklist(let token, let route):
            let verdict = revocation(token)
            let answer = decider.conclude(verdict, about: token, for: route)
            return Outcome(answer: admit(answer, head), decision: decision, revocation: verdict, head: head)
        }
    }

    /// The engine's last word before a request goes on.
    private func admit(_ answer: RequestDecision.Answer, _ head: RequestHead) -> Answer {
        switch answer {
        case .refused(let refusal): return .refused(refusal)
        case .permitted(let passage):
            let writer = UpstreamRequestWriter(upstream: settings.upstreams[passage.upstream])
            return writer.refusal(of: head, passage).map { .refused($0) } ?? .forwarded(passage)
        }
    }
}

extension Refusal {
    /// As the engine refuses by itself.
    fileprivate init(_ code: RefusalCode, _ message: String) {
        self.init(status: code.status, code: code.rawValue, title: code.title, message: message, source: .client)
    }
}
