internal import FoundationEssentials
internal import Testing

@Suite("explain: why a request is answered as it is")
struct ExplainCommandWireTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let routes = """
        listen    127.0.0.1:0
        upstream  app   http://127.0.0.1:1
        upstream  blog  http://127.0.0.1:2
        tokens {
            key       HS256  env:ACCESS_TOKEN_SECRET
            issuer    https://gateway.example
            audience  legacy-app
        }
        identity {
            header  X-User-Id         sub
            header  X-Gateway-Secret  env:GATEWAY_SECRET
        }
        GET     /health          public                             -> app
        *       /api/users/{id}  role=admin|manager scope=write     -> app   # the one
        GET     /api/users/{id}  authenticated                      -> app
        *       /blog/**         optional pass-token                -> blog
        *       /internal/**     deny
        *       /**              authenticated                      -> app
        """

    private static let environment = [
        "ACCESS_TOKEN_SECRET": TestToken.secret, "GATEWAY_SECRET": "a-secret-that-nobody-may-see",
    ]

    private func gateway(
        _ arguments: [String], environment: [String: String] = ExplainCommandWireTests.environment
    ) throws -> (status: ExitStatus, output: String, errors: String) {
        try WireTests.run([Paths.gateway] + arguments, environment: environment)
    }

    private func explain(
        _ arguments: String..., configuration: String = ExplainCommandWireTests.routes,
        environment: [String: String] = ExplainCommandWireTests.environment
    ) throws -> (status: ExitStatus, output: String, errors: String) {
        let file = try folder.write("routes.conf", configuration)
        return try gateway(["explain", "--config", file] + arguments, environment: environment)
    }

    private struct Answer: Decodable {
        struct Rule: Decodable {
            let line: Int
            let text: String
        }
        struct Header: Decodable { let name: String }
        struct Headers: Decodable {
            let request_line: String
            let removed: [Header]
            let vouched: [String]
            let added: [String]
        }
        struct Condition: Decodable, Equatable {
            let condition: String
            let met: Bool
            let claim: String?
        }
        struct Candidate: Decodable {
            let rule: Rule
            let standing: String
        }
        let status: Int?
        let code: String?
        let upstream: String?
        let rule: Rule?
        let segments: [String]?
        let candidates: [Candidate]
        let conditions: [Condition]
        let blacklist: String
        let headers: Headers?
    }

    private func answer(_ output: String) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(output.utf8))
    }

    // MARK: The rule

    @Test("The deciding rule with its line and text, and every other one with the reason why it does not decide")
    func rules() throws {
        let result = try explain("DELETE", "/api/users/%37?x=1", "--as", "role=user")
        #expect(result.status == .exited(0))
        let lines = result.output.split(separator: "\n").map { $0.drop { $0 == " " } }
        let deciding = try #require(lines.first { $0.contains("routes.conf:14: ") })
        #expect(deciding.hasSuffix("routes.conf:14: * /api/users/{id} role=admin|manager scope=write -> app"))
        for line in [15, 18] { #expect(result.output.contains("routes.conf:\(line): ")) }
        #expect(!result.output.contains("routes.conf:13: ") && result.output.contains(#"/ "api" / "users" / "7""#))
        let json = try answer(try explain("DELETE", "/api/users/%37?x=1", "--as", "role=user", "--json").output)
        #expect(json.rule?.line == 14 && json.segments == ["api", "users", "7"])
        #expect(
            json.candidates.map(\.rule.line) == [14, 15, 18] && json.candidates.allSatisfy { !$0.standing.isEmpty })
    }

    @Test(
        "The answer, as the socket would give it",
        arguments: [
            ("GET /health --as anonymous", "→ app"),
            ("GET /blog/1 --as anonymous", "→ blog"),
            ("GET /internal/x --as role=admin", "403 route_denied"),
            ("GET /api/profile --as anonymous", "401 token_missing"),
            ("GET /api/profile --as authenticated", "→ app"),
            ("PUT /api/users/7 --as role=admin", "403 scope_required"),
            ("PUT /api/users/7 --as role=admin scope=write", "→ app"),
            ("PUT /api/users/7 --as sub=u-1", "403 role_required"),
            ("GET /a/../b --as anonymous", "400 target_ambiguous"),
            ("GET /HEALTH --as anonymous", "400 target_ambiguous"),
            ("TRACE /health", "405 method_not_allowed"),
            ("CONNECT gateway.test:80", "405 method_not_allowed"),
            ("OPTIONS *", "204"),
            ("GET /x --header Authorization:Bearer", "401 token_invalid"),
            ("GET /x --token a.b.c -H Authorization:Basic", "400 token_ambiguous"),
            ("GET /health -H Content_Length:1", "400 request_malformed"),
        ])
    func answers(question: String, outcome: String) throws {
        let file = try folder.write("routes.conf", Self.routes)
        let result = try gateway(["explain", "--config", file] + question.split(separator: " ").map(String.init))
        #expect(result.status == .exited(0), "\(result)")
        let last = try #require(result.output.split(separator: "\n").last)
        #expect(last.hasPrefix("answer     \(outcome)"), "\(last)")
    }

    @Test("For a path refused because of another spelling: which, and whose rule")
    func otherSpelling() throws {
        let result = try explain("GET", "/HEALTH")
        #expect(
            result.output.contains("/health") && result.output.contains("routes.conf:13: GET /health public -> app"))
    }

    // MARK: Tokens and conditions

    @Test("Each condition met or not, with the claim it saw; the token itself never appears")
    func conditions() throws {
        let token = TestToken(sub: "u-7", role: "manager").with("scope", #""read""#).signed()
        let result = try explain("PUT", "/api/users/7", "--token", token)
        #expect(result.status == .exited(0))
        #expect(result.output.contains(#"role=admin|manager is met: the token's claim role is "manager""#))
        #expect(result.output.contains(#"scope=write is NOT met: the token's claim scope is "read""#))
        #expect(result.output.contains(#"subject "u-7""#) && result.output.contains("expires in 4 minutes"))
        #expect(result.output.contains("answer     403 scope_required"))
        for part in token.split(separator: ".") { #expect(!result.output.contains(part)) }
        let json = try answer(try explain("PUT", "/api/users/7", "--token", token, "--json").output)
        #expect(
            json.conditions == [
                Answer.Condition(condition: "role=admin|manager", met: true, claim: #""manager""#),
                Answer.Condition(condition: "scope=write", met: false, claim: #""read""#),
            ])
    }

    @Test("What is wrong with a token, in words; on a public route it changes nothing")
    func badToken() throws {
        let expired = TestToken().with("exp", "1").signed()
        let result = try explain("GET", "/x", "--token", expired)
        #expect(result.status == .exited(0) && result.output.contains("refused: it expired"))
        #expect(result.output.contains("answer     401 token_expired"))
        #expect(try explain("GET", "/health", "--token", expired).output.contains("answer     → app"))
    }

    @Test("Without the key nobody can say whether a token is good, and that is what is said")
    func missingKey() throws {
        let token = TestToken().signed()
        let result = try explain("GET", "/x", "--token", token, environment: [:])
        #expect(result.status == .exited(1))
        #expect(
            result.output.contains("can't be told")
                && result.output.contains("routes.conf:5: HS256 env:ACCESS_TOKEN_SECRET"))
        #expect(try explain("GET", "/health", "--token", token, environment: [:]).status == .exited(0))
        let supposed = try explain("PUT", "/api/users/7", "--as", "role=user", environment: [:])
        #expect(supposed.status == .exited(0) && supposed.output.contains("answer     403 role_required"))
    }

    @Test("What a token or a request holds can't play tricks on a terminal")
    func escapes() throws {
        let token = TestToken(sub: "\u{1B}[2J\u{202E}é", role: "e\u{301}\u{7}").signed()
        let result = try explain("PUT", "/api/users/7\u{1B}[2J", "--token", token)
        let other = try explain("PUT", "/api/users/7", "--token", token)
        for output in [result.output, other.output] {
            #expect(
                !output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" || $0 == "\u{301}" }
            )
        }
        #expect(other.output.contains(#"subject "\u{1b}[2J\u{202e}é""#))
    }

    // MARK: Headers

    @Test("The headers that are removed and added are those the upstream sees removed and added")
    func headers() throws {
        let fields = [
            "X_User.Id: evil", "x-gateway-secret: guess", "Connection: close, X-Mine", "X-Mine: 1", "Keep-Alive: 5",
            "X-Forwarded-For: 203.0.113.9", "Proxy: evil", "X-Kept: 1", "X-Kept: 2", "Accept:text/html ",
        ]
        let token = TestToken(sub: "ü, 1")
        let stage = try Stage(
            GatewayConfiguration(
                upstream: "upstream app http://127.0.0.1:@UPSTREAM@/base",
                settings: "identity {\n header X-User-Id sub\n header X-Gateway-Secret env:GATEWAY_SECRET\n}",
                routes: "* /** authenticated", environment: Self.environment))
        let echo = try stage.send(Request(target: "/x?y", fields: [token.bearer] + fields)).echo()
        let result = try gateway(
            [
                "explain", "--config", stage.gateway.configurationFile, "GET", "/x?y", "--token", token.signed(),
                "--json",
            ]
                + fields.flatMap { ["--header", $0] })
        let headers = try #require(try answer(result.output).headers)
        #expect(headers.request_line == echo.requestLine)
        let removed = headers.removed.map(\.name)
        #expect(
            removed == [
                "Authorization", "X_User.Id", "x-gateway-secret", "Connection", "X-Mine", "Keep-Alive",
                "X-Forwarded-For",
                "Proxy",
            ])
        // What came through besides is what explain says is added, and the fields it does not name.
        let added = headers.vouched.map { String($0.prefix { $0 != ":" }) } + headers.added
        let kept = ["Host", "X-Kept", "X-Kept", "Accept"]
        #expect(echo.fields.map { $0.name.lowercased() }.sorted() == (added + kept).map { $0.lowercased() }.sorted())
        #expect(headers.vouched == ["X-User-Id: \(echo.all("X-User-Id")[0])", "X-Gateway-Secret: (a secret)"])
        try stage.end()
    }

    @Test("The request line is the one the upstream gets, and what can't be shortened for it is refused")
    func shortened() throws {
        let stage = try Stage(
            GatewayConfiguration(
                upstream: "upstream app {\n server http://127.0.0.1:@UPSTREAM@/v2\n strip-prefix /old\n}",
                routes: "* /old/** public tolerate=empty-segment max-body=10KB"))
        for target in ["/old", "/old/", "/%6fld/x?y", "/old/a//b", "/old//evil.test/x"] {
            let response = try stage.get(target)
            let result = try gateway(["explain", "--config", stage.gateway.configurationFile, "GET", target, "--json"])
            let explained = try answer(result.output)
            if response.field("x-upstream") != nil {
                #expect(try explained.headers?.request_line == response.echo().requestLine)
            } else {
                #expect("\(explained.status ?? 0) \(explained.code ?? "")" == response.outcome)
            }
        }
        let large = try gateway(
            ["explain", "--config", stage.gateway.configurationFile, "POST", "/old/x", "-H", "Content-Length: 10241"])
        #expect(large.output.contains("413 body_too_large"))
        try stage.end()
    }

    @Test("A secret of the configuration never appears")
    func secrets() throws {
        for arguments in [["GET", "/health"], ["GET", "/health", "--json"]] {
            let file = try folder.write("routes.conf", Self.routes)
            let result = try gateway(["explain", "--config", file] + arguments)
            #expect(result.status == .exited(0) && result.output.contains("X-Gateway-Secret"))
            for secret in Self.environment.values { #expect(!(result.output + result.errors).contains(secret)) }
        }
    }

    @Test("pass-token leaves the credentials to the application")
    func passToken() throws {
        let token = TestToken().signed()
        let json = try answer(try explain("GET", "/blog/1", "--token", token, "--json").output)
        #expect(json.upstream == "blog" && json.headers?.removed.isEmpty == true)
    }

    // MARK: The blacklist

    @Test("The blacklist is asked when that is wanted, and its answer counts")
    func blacklist() throws {
        let redis = try RedisServer()
        let configuration = Self.routes + "\nblacklist redis://127.0.0.1:\(redis.port) {\n mode ask\n deadline 5s\n}\n"
        let token = TestToken(jti: "j-1").signed()
        func outcome(_ arguments: String...) throws -> (blacklist: String, code: String?) {
            let file = try folder.write("routes.conf", configuration)
            let result = try gateway(
                ["explain", "--config", file, "GET", "/x", "--token", token, "--json"] + arguments)
            let answer = try answer(result.output)
            return (answer.blacklist, answer.code)
        }
        #expect(try outcome() == ("not_asked", nil))
        #expect(try outcome("--blacklist") == ("clear", nil))
        try redis.command("SET", "blacklist:j-1", "x", "EX", "60")
        #expect(try outcome() == ("not_asked", nil))
        #expect(try outcome("--blacklist") == ("revoked", "token_revoked"))
        try redis.stop()
        #expect(try outcome("--blacklist") == ("unavailable", "blacklist_unavailable"))
    }

    // MARK: Exit codes

    @Test("1 for a bad configuration, 64 for a question that can't be understood")
    func exitCodes() throws {
        #expect(try explain("GET", "/x", configuration: Self.routes + "\nGRAB /x public\n").status == .exited(1))
        #expect(try gateway(["explain", "--config", folder.path + "/none.conf", "GET", "/x"]).status == .exited(1))
        for arguments in [
            [], ["GET"], ["GET", "/x", "--as", "nobody"], ["GET", "/x", "--as", "role=a|b"],
            ["GET", "/x", "--as", "role="],
            ["GET", "/x", "--as", "authenticated", "--token", "t"], ["GET", "/x", "--header", "no colon"],
            ["GET", "/x", "--header", "A: b\r\nB: c"], ["GET", "/x", "--batch"],
            ["GET", "/x", "--blacklist", "--as", "authenticated"],
        ] {
            let file = try folder.write("routes.conf", Self.routes)
            #expect(try gateway(["explain", "--config", file] + arguments).status == .exited(64), "\(arguments)")
        }
    }
}
