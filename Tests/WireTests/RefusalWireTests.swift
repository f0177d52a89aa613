internal import Testing

extension GatewayConfiguration {
    fileprivate static let refusals = GatewayConfiguration(
        routes: """
            GET,POST   /things            public
            GET        /things/{id}       public
            DELETE     /things/{id}       role=admin
            GET        /mine              authenticated
            GET        /scoped            scope=read|"w:all" scope=other
            *          /denied/**         deny
            """)
}

@Suite("Refusals", .stage(.refusals))
struct RefusalWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("A refusal is a problem document with a stable code, and its length is known")
    func document() throws {
        let response = try stage.get("/mine")
        let problem = try response.problem()
        #expect(response.status == 401)
        #expect(problem.status == 401)
        #expect(problem.code == "token_missing")
        #expect(problem.error == "Access token required")
        #expect(!problem.title.isEmpty && !problem.type.isEmpty && !problem.request_id.isEmpty)
        #expect(response.framing == .length(response.body.bytes.count))
        #expect(response.field("x-upstream") == nil)
        #expect(response.keepsAlive)
    }

    @Test("Each refusal has a request id of its own")
    func requestIDs() throws {
        let ids = try (0..<20).map { _ in try stage.get("/mine").problem().request_id }
        #expect(Set(ids).count == ids.count)
    }

    @Test(
        "What no rule matches is 404; what only the method does not match is 405 and says what would",
        arguments: [
            ("GET /nowhere", "404 no_route", nil),
            ("GET /things/7/parts", "404 no_route", nil),
            ("GET /", "404 no_route", nil),
            ("PUT /things", "405 method_not_allowed", "GET, HEAD, POST"),
            ("PUT /things/7", "405 method_not_allowed", "DELETE, GET, HEAD"),
            ("get /things", "405 method_not_allowed", "GET, HEAD, POST"),
            ("OPTIONS /things", "405 method_not_allowed", "GET, HEAD, POST"),
            ("TRACE /things", "405 method_not_allowed", "GET, HEAD, POST"),
            ("TRACE /denied/x", "405 method_not_allowed", nil),
        ] as [(String, String, String?)])
    func unmatched(_ vector: (request: String, outcome: String, allow: String?)) throws {
        let words = vector.request.split(separator: " ").map(String.init)
        let response = try stage.send(Request(method: words[0], target: words[1]))
        #expect(response.outcome == vector.outcome)
        guard vector.outcome.hasPrefix("405") else { return }
        let allowed = try #require(response.field("allow")).split(separator: ",").map { $0.drop { $0 == " " } }.sorted()
        if let allow = vector.allow { #expect(allowed == allow.split(separator: ", ")) }
    }

    @Test("CONNECT is 405 in whatever form")
    func connect() throws {
        for target in ["gateway.test:443", "127.0.0.1:\(stage.gateway.port)", "/things"] {
            let response = try stage.send("CONNECT \(target) HTTP/1.1\r\nHost: gateway.test\r\n\r\n", method: "GET")
            #expect(response.outcome == "405 method_not_allowed", "CONNECT \(target)")
        }
    }

    @Test("The challenge names an error only where a token was given (RFC 6750)")
    func challenges() throws {
        let missing = try #require(try stage.get("/mine").field("www-authenticate"))
        #expect(missing.hasPrefix("Bearer"))
        #expect(!missing.contains("error"))
        let basic = try #require(try stage.get("/mine", "Authorization: Basic dTpw").field("www-authenticate"))
        #expect(!basic.contains("error"))
        for token in ["x", "a.b.c", TestToken().with("exp", "1").signed(), TestToken().signed(with: "another secret")] {
            let response = try stage.get("/mine", "Authorization: Bearer \(token)")
            #expect(response.status == 401)
            #expect(try #require(response.field("www-authenticate")).contains(#"error="invalid_token""#))
        }
    }

    @Test("A missing scope is challenged with the scopes that would do; a missing role is not")
    func insufficientScope() throws {
        let scope = try stage.get("/scoped", token: TestToken())
        #expect(scope.outcome == "403 scope_required")
        let challenge = try #require(scope.field("www-authenticate"))
        #expect(challenge.contains(#"error="insufficient_scope""#))
        #expect(challenge.contains(#"scope=""#) && challenge.contains("read"))
        let role = try stage.send(Request(method: "DELETE", target: "/things/7", fields: [TestToken().bearer]))
        #expect(role.outcome == "403 role_required")
        #expect(role.field("www-authenticate") == nil)
    }

    @Test(
        "The first answer that applies: framing, target, route, deny, token, conditions",
        arguments: [
            ("GET /denied//x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 request_malformed"),
            ("GET /nowhere//x HTTP/1.1\r\nHost: a\r\n\r\n", "400 target_ambiguous"),
            ("GET /denied/../x HTTP/1.1\r\nHost: a\r\n\r\n", "400 target_ambiguous"),
            ("GET /nowhere HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n", "404 no_route"),
            ("PUT /mine HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n", "405 method_not_allowed"),
            ("GET /denied/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n", "403 route_denied"),
            ("DELETE /things/7 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n", "401 token_invalid"),
            ("DELETE /things/7 HTTP/1.1\r\nHost: a\r\n\r\n", "401 token_missing"),
        ] as [(WireText, String)])
    func order(request: WireText, outcome: String) throws {
        #expect(try stage.send(request.text).outcome == outcome)
    }

    @Test("Expired is told before a missing role")
    func expiredBeforeRole() throws {
        let expired = TestToken(role: "user").with("exp", "1")
        let response = try stage.send(Request(method: "DELETE", target: "/things/7", fields: [expired.bearer]))
        #expect(response.outcome == "401 token_expired")
    }

    @Test("A refusal to HEAD has the fields of one, and no body")
    func head() throws {
        let client = try stage.client()
        try client.send(Request(method: "HEAD", target: "/mine").text)
        let response = try client.response(to: "HEAD")
        #expect(response.status == 401)
        #expect(response.field("content-type") == "application/problem+json")
        try client.send(Request(target: "/things").text)
        #expect(try client.response().outcome == "200 upstream")
    }
}
