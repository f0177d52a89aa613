internal import FoundationEssentials
internal import Testing

/// `gateway explain` says what the proxy does: random tables, random requests, both asked.
@Suite("Explain tells what the socket answers")
struct ExplainWireTests {
    private static let tablesPerCase = 10
    private static let questionsPerTable = 125

    /// What there must be of in every case, each several times.
    private static let common: Set = [
        "200 one", "200 two", "200 three", "400 target_ambiguous", "400 request_malformed", "401 token_missing",
        "401 token_invalid", "403 role_required", "403 claim_required", "403 scope_required", "405 method_not_allowed",
        "414 target_too_long",
    ]

    /// What `explain --json` says, as far as a client can see it.
    private struct Answer: Decodable {
        let status: Int?
        let code: String?
        let upstream: String?

        /// The code is in a body, which the answer to HEAD lacks.
        func outcome(_ method: String) -> String {
            if let upstream { return "200 \(upstream)" }
            return "\(status ?? 0) \(method == "HEAD" ? "" : code ?? "")"
        }
    }

    @Test("10,000 pairs of table and request", arguments: 0..<8)
    func random(batch: Int) throws {
        let upstreams = try ExplainScenario.upstreams.map { name in
            let upstream = try ScriptedUpstream()
            upstream.script("/") { try $0.respond(fields: ["X-Name: \(name)"]) }
            return (name: name, upstream: upstream)
        }
        defer { for (_, upstream) in upstreams { upstream.stopListening() } }
        var outcomes: [String: Int] = [:]
        for table in 0..<Self.tablesPerCase {
            let seed = UInt64(batch * Self.tablesPerCase + table)
            let scenario = ExplainScenario(seed: seed, questions: Self.questionsPerTable)
            let statements = upstreams.map { "upstream \($0.name) http://127.0.0.1:\($0.upstream.port)" }
            let configuration = GatewayConfiguration(
                upstream: statements.joined(separator: "\n"), tokens: scenario.tokens, settings: scenario.settings,
                routes: scenario.routes)
            let gateway = try GatewayProcess(configuration, upstream: 0)
            let explained = try explain(scenario.questions, gateway.configurationFile)
            let observed = try ask(scenario.questions, gateway)
            try gateway.stop()
            for (index, question) in scenario.questions.enumerated() where explained[index] != observed[index] {
                Issue.record(
                    "seed \(seed): \(question.line) is answered \(observed[index]), explained as \(explained[index]), by\n\(scenario.routes)"
                )
                break
            }
            for outcome in observed { outcomes[outcome, default: 0] += 1 }
        }
        // A comparison of nothing but refusals, or of nothing but passes, would prove little.
        #expect(Self.common.subtracting(outcomes.keys).isEmpty)
    }

    private func explain(_ questions: [ExplainScenario.Question], _ configuration: String) throws -> [String] {
        let folder = try TemporaryFolder()
        let lines = try folder.write("questions", questions.map { $0.line + "\n" }.joined())
        let script = #"exec "$0" explain --batch --config "$1" --header 'Host: gateway.test' < "$2""#
        let result = try WireTests.run(
            ["sh", "-c", script, Paths.gateway, configuration, lines],
            environment: ["ACCESS_TOKEN_SECRET": TestToken.secret], within: .seconds(30))
        guard result.status == .exited(0) else { throw HarnessFailure("explain: \(result)") }
        let answers = try result.output.split(separator: "\n").map { line in
            try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        }
        guard answers.count == questions.count else { throw HarnessFailure("\(answers.count) answers") }
        return zip(questions, answers).map { $1.outcome($0.method) }
    }

    /// On one connection, as long as the gateway keeps it.
    private func ask(_ questions: [ExplainScenario.Question], _ gateway: GatewayProcess) throws -> [String] {
        var client = try RawClient(port: gateway.port)
        return try questions.map { question in
            try client.send(question.request.text)
            let response = try client.response(to: question.method)
            if !response.keepsAlive { client = try RawClient(port: gateway.port) }
            if let name = response.field("x-name") { return "\(response.status) \(name)" }
            let code = response.body.bytes.isEmpty ? "" : try response.problem().code
            return "\(response.status) \(code)"
        }
    }
}
