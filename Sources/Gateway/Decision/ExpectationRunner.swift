internal import AuthFilter
internal import ProxyEngine
internal import Routes

/// Runs the `expect` lines of a file, by what decides about requests.
struct ExpectationRunner {
    private let policy: GatewayPolicy
    private let rehearsal: Rehearsal

    init(policy: GatewayPolicy) {
        self.policy = policy
        // "Nothing is revoked" (routes.conf, Expectations); and no expectation presents a token that has to be verified.
        rehearsal = Rehearsal(policy: policy, verifier: nil) { _ in .clear }
    }

    struct Failure {
        let expectation: Expectation
        /// What happened instead.
        let outcome: String

        func rendered(_ file: String) -> String {
            "\(file):\(expectation.line):\(expectation.column): error: expectation failed: \(expectation.text)\n"
                + "    the answer is \(outcome)"
        }
    }

    func run() -> [Failure] {
        policy.configuration.expectations.flatMap(failures)
    }

    private func failures(of expectation: Expectation) -> [Failure] {
        // Where the file names no host, any will do.
        let hosts: [String?] = expectation.hosts.isEmpty ? [nil] : expectation.hosts
        return hosts.flatMap { failures(of: expectation, at: $0) }
    }

    private func failures(of expectation: Expectation, at host: String?) -> [Failure] {
        HypotheticalClaims.variants(of: expectation.whom, configuration: policy.configuration).compactMap { claims in
            let answer = answer(to: expectation, at: host, claims)
            guard !matches(answer, expectation.result) else { return nil }
            let person = claims.map { " for a token with \(String(decoding: $0.described, as: UTF8.self))" } ?? ""
            return Failure(
                expectation: expectation, outcome: describe(answer) + (host.map { " at the host \($0)" } ?? "") + person
            )
        }
    }

    private func answer(
        to expectation: Expectation, at host: String?, _ claims: HypotheticalClaims?
    ) -> Rehearsal.Answer {
        let request = SupposedRequest(
            method: Array(expectation.method.utf8), target: expectation.path,
            fields: host.map { [Array("Host: \($0)".utf8)] } ?? [])
        let supposed = claims?.authentication(for: policy) ?? .anonymous
        return rehearsal.run(request, supposing: supposed, at: UnixTime(milliseconds: 0)).answer
    }

    private func matches(_ answer: Rehearsal.Answer, _ result: Expectation.Result) -> Bool {
        switch (answer, result) {
        case (.refused(let refusal), .status(let wanted)): refusal.status == wanted
        case (.refused(let refusal), .code(let wanted)): refusal.code == wanted.rawValue
        case (.forwarded(let passage), .upstream(let wanted)): passage.upstream == wanted
        case (.served(let status), .status(let wanted)): status == wanted
        case (.refused, .upstream), (.forwarded, .status), (.forwarded, .code), (.served, .code), (.served, .upstream):
            false
        }
    }

    private func describe(_ answer: Rehearsal.Answer) -> String {
        switch answer {
        case .refused(let refusal): "\(refusal.status) \(refusal.code)"
        case .forwarded(let passage): "-> \(policy.configuration.upstreams[passage.upstream].name)"
        case .served(let status): "\(status)"
        }
    }
}
