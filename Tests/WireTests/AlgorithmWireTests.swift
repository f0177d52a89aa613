internal import Testing

/// A key for each algorithm, as a gateway's configuration has them and as their owner does.
private struct KeySet {
    static let algorithms = [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
        "EdDSA",
    ]

    let secret: String
    private let pairs: [KeyPair.Kind: KeyPair]

    init(secret: String) throws {
        self.secret = secret
        pairs = try [KeyPair.Kind: KeyPair](uniqueKeysWithValues: KeyPair.Kind.allCases.map { ($0, try KeyPair($0)) })
    }

    /// nil: a secret.
    func pair(_ algorithm: String) throws -> KeyPair? {
        switch algorithm {
        case "ES256": pairs[.p256]
        case "ES384": pairs[.p384]
        case "ES512": pairs[.p521]
        case "EdDSA": pairs[.ed25519]
        case _ where algorithm.hasPrefix("HS"): nil
        default: pairs[.rsa]
        }
    }

    func configuration(_ algorithms: [String] = algorithms) throws -> GatewayConfiguration {
        let keys = try algorithms.map { algorithm in
            "key \(algorithm) " + (try pair(algorithm).map { "file:\($0.publicPath)" } ?? "env:WIRE_SECRET")
        }
        return GatewayConfiguration(
            tokens: """
                tokens {
                    \(keys.joined(separator: "\n"))
                    issuer    https://gateway.example
                    audience  legacy-app
                }
                """,
            environment: ["WIRE_SECRET": secret])
    }
}

@Suite("Every algorithm, from the key file to the answer")
struct AlgorithmWireTests {
    private let keys: KeySet

    init() throws { keys = try KeySet(secret: "wire-tests-only-a-81f04c6e2b9d7358-5e1c9b0f47a2d83c6b1f-4477aa01c2") }

    private func mint(_ algorithm: String, _ keys: KeySet, for stage: Stage) throws -> String {
        let command = [
            Paths.gateway, "token", "--config", stage.gateway.configurationFile, "--alg", algorithm, "--sub", algorithm,
        ]
        let signer = try keys.pair(algorithm).map { ["--private-key", $0.privatePath] } ?? []
        let result = try run(command + signer, environment: ["WIRE_SECRET": keys.secret])
        guard result.status == .exited(0) else { throw HarnessFailure("\(algorithm): \(result.errors)") }
        return result.output.split(separator: "\n").joined()
    }

    private func answer(_ stage: Stage, _ token: String) throws -> Response {
        try stage.get("/x", "Authorization: Bearer \(token)")
    }

    @Test("A token that `gateway token` makes is accepted with its key and refused with another of the same kind")
    func minted() throws {
        let others = try KeySet(secret: "wire-tests-only-b-2c7d10e9f3a84b65-c0ffee5a1d3e9b7246f8-93be50d7e1")
        let stage = try Stage(keys.configuration())
        for algorithm in KeySet.algorithms {
            let response = try answer(stage, mint(algorithm, keys, for: stage))
            #expect(response.outcome == "200 upstream", "\(algorithm)")
            if response.status == 200 { #expect(try response.echo().all("x-user-id") == [algorithm]) }
            let foreign = try mint(algorithm, others, for: stage)
            #expect(try answer(stage, foreign).outcome == "401 token_invalid", "\(algorithm), another key")
        }
        try stage.end()
    }

    @Test("A token that openssl signed is accepted; with its signature torn, or claims changed, it is not")
    func signedByOpenSSL() throws {
        let stage = try Stage(keys.configuration())
        for algorithm in KeySet.algorithms {
            guard let pair = try keys.pair(algorithm) else { continue }
            var token = TestToken()
            token.header = #"{"alg":"\#(algorithm)","typ":"JWT"}"#
            let signed = try pair.sign(token.signingInput(), algorithm: algorithm)
            #expect(try answer(stage, signed).outcome == "200 upstream", "\(algorithm)")
            #expect(try answer(stage, String(signed.dropLast(4))).outcome == "401 token_invalid", "\(algorithm)")
            let changed = token.with("role", #""admin""#).signingInput() + "." + signed.split(separator: ".")[2]
            #expect(try answer(stage, changed).outcome == "401 token_invalid", "\(algorithm)")
        }
        try stage.end()
    }

    @Test("A key serves its own algorithm only, though it could verify its siblings")
    func oneAlgorithm() throws {
        for (configured, family) in [
            ("HS512", ["HS256", "HS384"]), ("RS256", ["RS384", "RS512", "PS256", "PS384", "PS512"]),
            ("PS256", ["RS256", "PS384", "PS512"]),
        ] {
            let all = try Stage(keys.configuration())
            let stage = try Stage(keys.configuration([configured]))
            #expect(try answer(stage, mint(configured, keys, for: stage)).outcome == "200 upstream")
            for algorithm in family {
                let token = try mint(algorithm, keys, for: all)
                #expect(
                    try answer(stage, token).outcome == "401 token_invalid", "\(algorithm) to a key for \(configured)")
            }
            try all.end()
            try stage.end()
        }
    }
}
