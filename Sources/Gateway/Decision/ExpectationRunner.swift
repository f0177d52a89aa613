internal import AuthFilter
internal import Routes

/// Runs the `expect` lines of a file: by the route table and the authorizer that decide about requests.
struct ExpectationRunner {
    let policy: GatewayPolicy

    struct Failure {
        let expectation: Expectation
        /// What happened instead.
        let outcome: String

        func rendered(_ file: String) -> String {
            "\(file):\(expectation.line):\(expectation.column): error: expectation failed: \(expectation.text)\n"
                + "    the answer is \(outcome)"
        }
    }

    /// What a request comes to.
    private enum Outcome {
        case refused(RefusalCode, status: Int)
        case forwarded(upstream: Int)
    }

    func run() -> [Failure] {
        policy.configuration.expectations.flatMap(failures)
    }

    private func failures(of expectation: Expectation) -> [Failure] {
        HypotheticalClaims.variants(of: expectation.whom, configuration: policy.configuration).compactMap { claims in
            let outcome = outcome(of: expectation, claims)
            guard !matches(outcome, expectation.result) else { return nil }
            let person = claims.map { " for a token with \(String(decoding: $0.described, as: UTF8.self))" } ?? ""
            return Failure(expectation: expectation, outcome: describe(outcome) + person)
        }
    }

    private func outcome(of expectation: Expectation, _ claims: HypotheticalClaims?) -> Outcome {
        let path = expectation.path.prefix { $0 != UInt8(ascii: "?") }
        let method = Array(expectation.method.utf8)
        switch policy.configuration.table.decide(method: method.span, path: path.span) {
        case .ambiguous: return refused(.targetAmbiguous)
        case .noRoute: return refused(.noRoute)
        case .methodNotAllowed: return refused(.methodNotAllowed)
        case .matched(let id): return outcome(of: policy.routes[id.index], claims)
        }
    }

    private func outcome(of route: GatewayPolicy.CompiledRoute, _ claims: HypotheticalClaims?) -> Outcome {
        var token: VerifiedToken?
        if route.need != .none, let claims {
            switch claims.token(for: policy) {
            case .verified(let verified): token = verified
            case .refused(let refusal): return refused(refusal.code)
            }
        }
        switch Authorizer.authorize(access: route.access, route: route.id, token: token) {
        case .refused(let refusal): return refused(refusal.code)
        case .permitted:
            guard let upstream = route.upstream else { return refused(.routeDenied) }
            return .forwarded(upstream: upstream)
        }
    }

    private func refused(_ code: RefusalCode) -> Outcome {
        switch code {
        case .tokenInvalid, .tokenExpired, .tokenNotYetValid, .tokenRevoked:
            .refused(code, status: policy.configuration.tokens?.invalidTokenStatus.rawValue ?? code.status)
        default: .refused(code, status: code.status)
        }
    }

    private func matches(_ outcome: Outcome, _ result: Expectation.Result) -> Bool {
        switch (outcome, result) {
        case (.refused(_, let status), .status(let wanted)): status == wanted
        case (.refused(let code, _), .code(let wanted)): code == wanted
        case (.forwarded(let upstream), .upstream(let wanted)): upstream == wanted
        case (.refused, .upstream), (.forwarded, .status), (.forwarded, .code): false
        }
    }

    private func describe(_ outcome: Outcome) -> String {
        switch outcome {
        case .refused(let code, let status): "\(status) \(code.rawValue)"
        case .forwarded(let upstream): "-> \(policy.configuration.upstreams[upstream].name)"
        }
    }
}
