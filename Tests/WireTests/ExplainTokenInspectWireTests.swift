internal import Testing

@Suite("token inspect: what is wrong with a token")
struct ExplainTokenInspectWireTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let routes = """
        listen    127.0.0.1:0
        upstream  app  http://127.0.0.1:1
        tokens {
            key       HS256  env:ACCESS_TOKEN_SECRET
            key       HS384  env:OTHER_SECRET  kid=other
            issuer    https://gateway.example
            audience  legacy-app
            max-lifetime  1h
        }
        *  /**  authenticated
        """

    private static let environment = [
        "ACCESS_TOKEN_SECRET": TestToken.secret, "OTHER_SECRET": String(repeating: "0123456789abcdef", count: 4) + "?",
    ]

    private func inspect(
        _ token: String, environment: [String: String] = ExplainTokenInspectWireTests.environment
    ) throws -> (status: ExitStatus, output: String, errors: String) {
        let file = try folder.write("routes.conf", Self.routes)
        return try WireTests.run(
            [Paths.gateway, "token", "inspect", "--config", file, "--", token], environment: environment)
    }

    /// The result of each check by its name, and the verdict.
    private func results(_ output: String) -> (checks: [String: String], verdict: String) {
        let last = output.split(separator: "\n\n").suffix(2).map { $0.split(separator: "\n") }
        var checks: [String: String] = [:]
        for line in last.first ?? [] {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            checks[words[0]] = String(words[1].drop { $0 == " " }.prefix { $0 != " " })
        }
        return (checks, String(last.last?.first?.dropFirst("verdict    ".count) ?? ""))
    }

    @Test("A valid one: header and claims, every check in order, exit code 0")
    func valid() throws {
        let result = try inspect(TestToken(jti: "j-1").with("note", #"["a",{"b":1},{}]"#).signed())
        #expect(result.status == .exited(0), "\(result)")
        let (checks, verdict) = results(result.output)
        #expect(checks.count == 14 && checks.values.allSatisfy { $0 == "ok" } && verdict.hasPrefix("valid"))
        #expect(
            result.output.contains(#"    "alg": "HS256","#)
                && result.output.contains(#""iss": "https://gateway.example""#))
        #expect(result.output.contains("routes.conf:4: HS256 env:ACCESS_TOKEN_SECRET"))
        #expect(result.output.contains(#""j-1""#) && result.output.contains("expires in 4 minutes"))
        for secret in Self.environment.values { #expect(!result.output.contains(secret)) }
    }

    @Test(
        "What is wrong, at the check where it is, with the gateway's code; and exit code 1",
        arguments: [
            ("exp", "1", "lifetime", "token_expired"), ("exp", nil, "dates", "token_invalid"),
            ("exp", #""1""#, "dates", "token_invalid"), ("iss", #""other""#, "issuer", "token_invalid"),
            ("iss", nil, "issuer", "token_invalid"), ("aud", #"["other"]"#, "audience", "token_invalid"),
            ("jti", "7", "jti", "token_invalid"), ("sub", "{}", "subject", "token_invalid"),
            ("nbf", "99999999999", "time", "token_not_yet_valid"), ("exp", "99999999999", "lifetime", "token_invalid"),
        ] as [(String, String?, String, String)])
    func claims(name: String, json: String?, check: String, code: String) throws {
        let result = try inspect(TestToken().with(name, json).signed())
        #expect(result.status == .exited(1))
        let (checks, verdict) = results(result.output)
        let failed = checks.filter { $0.value == "FAILED" }.keys
        // A token that expired before it was issued has lived for less than nothing, so only its time is at fault.
        #expect(Array(failed) == [code == "token_expired" ? "time" : check], "\(result.output)")
        #expect(verdict.hasPrefix("401 \(code)"), "\(verdict)")
    }

    @Test("A token that is wrong in several ways is told all of them, and the verdict is the first")
    func several() throws {
        let now = unixMilliseconds() / 1000
        let token = TestToken().with("iat", "\(now - 600)").with("exp", "\(now - 300)").with("aud", nil)
            .signed(with: "another-key-another-key-another-1")
        let (checks, verdict) = results(try inspect(token).output)
        for check in ["signature", "audience", "time"] { #expect(checks[check] == "FAILED") }
        for check in ["form", "header", "key", "claims", "dates", "issuer"] { #expect(checks[check] == "ok") }
        #expect(verdict.hasPrefix("401 token_invalid: the signature"))
        let output = try inspect(token).output
        #expect(output.contains("expired 5 minutes ago") && output.contains("nobody vouches"))
    }

    @Test(
        "Headers and forms",
        arguments: [
            (#"{"alg":"none"}"#, "algorithm"), (#"{"alg":"RS256"}"#, "key"),
            (#"{"alg":"HS256","typ":"refresh"}"#, "type"),
            (#"{"alg":"HS256","kid":7}"#, "key"), (#"{"alg":"HS256","kid":"other"}"#, "key"),
            (#"{"alg":"HS384","kid":"other"}"#, "signature"), (#"{"alg":"HS256","crit":[]}"#, "header"),
            (#"{"alg":"HS256","alg":"HS256"}"#, "header"), ("[]", "header"),
        ])
    func headers(header: String, check: String) throws {
        var token = TestToken()
        token.header = header
        let result = try inspect(token.signed())
        let (checks, verdict) = results(result.output)
        #expect(result.status == .exited(1) && checks[check] == "FAILED", "\(result.output)")
        #expect(checks.filter { $0.value == "FAILED" }.count == 1 && verdict.hasPrefix("401 token_invalid"))
    }

    @Test("What is no token at all", arguments: ["x", "a.b", "..", "a.b.c.d", "e30.e30.e30", "\u{1B}[2J.x.y"])
    func noToken(token: String) throws {
        let result = try inspect(token)
        #expect(result.status == .exited(1) && results(result.output).verdict.hasPrefix("401 token_invalid"))
        #expect(!result.output.contains("\u{1B}"))
    }

    @Test("What a token holds can't play tricks on a terminal, valid or not")
    func escapes() throws {
        var token = TestToken(sub: "\u{202E}\u{9B}2J\u{7F}é", jti: "j\u{2028}1").with("\u{200B}", #""\u001b""#)
        let valid = try inspect(token.signed())
        #expect(valid.status == .exited(0))
        token.header = "\u{9B}2J\u{1B}"
        for output in [valid.output, try inspect(token.signed()).output] {
            let harmful = output.unicodeScalars.filter {
                $0.value < 0x20 && $0 != "\n" || $0.value >= 0x7F && $0 != "é"
            }
            #expect(harmful.isEmpty, "\(output)")
        }
        #expect(valid.output.contains(#""\u{202e}\u{9b}2J\u{7f}é""#))
    }

    @Test("From standard input, with or without the scheme, so that it is in no list of processes")
    func standardInput() throws {
        let file = try folder.write("routes.conf", Self.routes)
        for prefix in ["", "Bearer ", "\n  "] {
            let input = try folder.write("input", prefix + TestToken().signed() + "\n")
            let result = try WireTests.run(
                ["sh", "-c", #"exec "$0" token inspect - --config "$1" < "$2""#, Paths.gateway, file, input],
                environment: Self.environment)
            #expect(result.status == .exited(0), "\(result)")
        }
    }

    @Test("Without the key nobody can say, and that is what is said; the rest is still shown")
    func missingKey() throws {
        for environment in [[:], ["OTHER_SECRET": Self.environment["OTHER_SECRET"] ?? ""]] {
            let result = try inspect(TestToken(sub: "u-9").signed(), environment: environment)
            #expect(result.status == .exited(1))
            #expect(results(result.output).verdict.hasPrefix("can't be told"), "\(result)")
            #expect(result.output.contains("env:ACCESS_TOKEN_SECRET") && result.output.contains(#""sub": "u-9""#))
        }
    }

    @Test("token still mints without a subcommand")
    func mint() throws {
        let file = try folder.write("routes.conf", Self.routes)
        let minted = try WireTests.run(
            [Paths.gateway, "token", "--config", file, "--sub", "inspect"], environment: Self.environment)
        let token = try #require(minted.output.split(separator: "\n").first)
        #expect(try inspect(String(token)).status == .exited(0))
    }
}
