import Glibc
import Testing

/// Most suites give their gateway one event loop, so that all connections share a pool. This one is for what reaches from
/// one loop to another, and for ThreadSanitizer, which sees only what happens (`make test-sanitized`).
@Suite("Four event loops, and what reaches across them")
struct ThreadsWireTests {
    private static let clients = 4

    private static func configuration(_ pairs: [(String, KeyPair)]) -> GatewayConfiguration {
        let keys = pairs.map { "key \($0.0) file:\($0.1.publicPath)" }.joined(separator: "\n    ")
        return GatewayConfiguration(
            tokens: """
                tokens {
                    \(keys)
                    issuer    https://gateway.example
                    audience  legacy-app
                }
                """,
            blacklist: GatewayConfiguration.blacklist,
            routes: "* /public/** public\n* /rated/** authenticated rate=1000000/h\n* /** authenticated",
            environment: [:], arguments: ["--threads", "4"])
    }

    @Test("One key checks on all loops while all are reloaded and counted: every answer is the right one")
    func everythingAtOnce() throws {
        let pairs = [("RS256", try KeyPair(.rsa)), ("ES256", try KeyPair(.p256)), ("EdDSA", try KeyPair(.ed25519))]
        let stage = try Stage(Self.configuration(pairs))
        var loads: [(load: Load, outcome: String)] = []
        for (algorithm, pair) in pairs {
            for client in 0..<Self.clients {
                // Another token for each, so that each is verified and not remembered.
                var token = TestToken()
                token.header = #"{"alg":"\#(algorithm)","typ":"JWT"}"#
                let bearer = "Authorization: Bearer \(try pair.sign(token.signingInput(), algorithm: algorithm))"
                let target = client % 2 == 0 ? "/rated/\(algorithm)" : "/\(algorithm)"
                let request = Request(target: target, fields: [bearer])
                loads.append((Load(port: stage.gateway.port, request: request), "200 upstream"))
            }
            loads.append((Load(port: stage.gateway.port, request: Request(target: "/none")), "401 token_missing"))
        }
        for round in 1...5 {
            // Whatever was verified before is forgotten, and verified again.
            stage.gateway.signal(SIGHUP)
            try eventually("reload \(round)") {
                stage.gateway.standardError.occurrences(of: "are in force") >= round
            }
            #expect(try stage.gateway.metric("gateway_requests") <= loads.count)
            for (load, _) in loads { try load.waitForAnswers(5) }
        }
        for (load, outcome) in loads { #expect(try load.stop() == [outcome]) }
        withExtendedLifetime(pairs) {}  // the key files go with them
        try stage.end()
    }
}

extension String {
    /// How often it holds `text`.
    fileprivate func occurrences(of text: String) -> Int { ranges(of: text).count }
}
