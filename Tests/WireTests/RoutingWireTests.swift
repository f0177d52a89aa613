internal import Testing

extension GatewayConfiguration {
    fileprivate static let routing = GatewayConfiguration(
        routes: """
            GET           /health                public                           -> app
            *             /static/**             public                           -> app
            GET           /api/reports           role=admin|manager               -> app
            DELETE        /api/users/{id}        role=admin                       -> app
            *             /api/billing/**        role=admin scope=billing:write   -> app
            *             /internal/**           deny
            GET           /shop/**               optional                         -> app
            GET           /mine/{sub}            sub=u-1                          -> app
            GET           /tenant                claim.tenant=acme|"a b"          -> app
            GET           /level                 claim.level=3|true               -> app
            *             /**                    authenticated                    -> app
            """)
}

@Suite("Who may ask for what", .stage(.routing))
struct RoutingWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    /// What is asked with which claims (names and JSON literals; nil: no token), and the answer.
    typealias Vector = (request: String, claims: KeyValuePairs<String, String>?, outcome: String)

    @Test(
        "The sample's routes decide as they read",
        arguments: [
            ("GET /health", nil, "200 upstream"),
            ("HEAD /health", nil, "200 upstream"),
            ("GET /static/app.js", nil, "200 upstream"),
            ("POST /static", nil, "200 upstream"),
            ("GET /api/profile", nil, "401 token_missing"),
            ("GET /api/profile", [:], "200 upstream"),
            ("GET /api/reports", ["role": #""user""#], "403 role_required"),
            ("GET /api/reports", ["role": #""manager""#], "200 upstream"),
            ("GET /api/reports", ["role": #""admin""#], "200 upstream"),
            ("HEAD /api/reports", nil, "401 token_missing"),
            ("POST /api/reports", ["role": #""user""#], "200 upstream"),
            ("DELETE /api/users/7", ["role": #""user""#], "403 role_required"),
            ("DELETE /api/users/7", ["role": #""admin""#], "200 upstream"),
            ("GET /api/users/7", ["role": #""user""#], "200 upstream"),
            ("DELETE /api/users/7/photo", ["role": #""user""#], "200 upstream"),
            ("GET /api/billing", ["role": #""user""#], "403 role_required"),
            ("GET /api/billing/x", ["role": #""admin""#], "403 scope_required"),
            ("GET /api/billing/x", ["role": #""admin""#, "scope": #""a billing:write""#], "200 upstream"),
            ("GET /api/billing/x", ["role": #""admin""#, "scope": #"["billing:write"]"#], "200 upstream"),
            ("GET /api/billing/x", ["role": #""admin""#, "scope": #""billing:writer""#], "403 scope_required"),
            ("GET /internal/x", ["role": #""admin""#], "403 route_denied"),
            ("GET /internal", nil, "403 route_denied"),
            ("GET /internalx", nil, "401 token_missing"),
            ("GET /", nil, "401 token_missing"),
        ] as [Vector])
    func sample(_ vector: Vector) throws { try expect(vector) }

    @Test(
        "Conditions compare whole values",
        arguments: [
            ("GET /api/reports", ["role": #""super admin""#], "403 role_required"),
            ("GET /api/reports", ["role": #"["user","manager"]"#], "200 upstream"),
            ("GET /api/reports", ["role": #"["user",null,{"a":"admin"}]"#], "403 role_required"),
            ("GET /api/reports", ["role": #""Admin""#], "403 role_required"),
            ("GET /api/reports", ["role": #""admin|manager""#], "403 role_required"),
            ("GET /api/reports", ["role": "null"], "403 role_required"),
            ("GET /mine/x", ["sub": #""u-1""#], "200 upstream"),
            ("GET /mine/x", ["sub": #""u-2""#], "403 claim_required"),
            ("GET /tenant", ["tenant": #""acme""#], "200 upstream"),
            ("GET /tenant", ["tenant": #""a b""#], "200 upstream"),
            ("GET /tenant", ["tenant": #""acm""#], "403 claim_required"),
            ("GET /tenant", [:], "403 claim_required"),
            ("GET /level", ["level": "3"], "200 upstream"),
            ("GET /level", ["level": "3.0"], "403 claim_required"),
            ("GET /level", ["level": "true"], "200 upstream"),
            ("GET /level", ["level": "{}"], "403 claim_required"),
        ] as [Vector])
    func conditions(_ vector: Vector) throws { try expect(vector) }

    private func expect(_ vector: Vector) throws {
        let words = vector.request.split(separator: " ").map(String.init)
        var request = Request(method: words[0], target: words[1])
        if let claims = vector.claims {
            let token = claims.reduce(TestToken()) { $0.with($1.key, $1.value) }
            request.fields = [token.bearer]
        }
        let response = try stage.send(request)
        if request.method == "HEAD" && response.status >= 400 {
            #expect(vector.outcome.hasPrefix("\(response.status) "))
            #expect(response.body.bytes.isEmpty)
        } else {
            #expect(response.outcome == vector.outcome)
        }
    }

    @Test("optional: nobody without a token, somebody with a good one, refused with a bad one")
    func optional() throws {
        #expect(try stage.get("/shop/1").echo().folded("X-User-Id") == [])
        #expect(try stage.get("/shop/1", token: TestToken()).echo().all("X-User-Id") == ["u-1"])
        #expect(try stage.get("/shop/1", token: TestToken().with("exp", "1")).outcome == "401 token_expired")
        #expect(try stage.get("/shop/1", "Authorization: Bearer x").outcome == "401 token_invalid")
        #expect(try stage.get("/shop/1", "Authorization: Basic dTpw").echo().folded("X-User-Id") == [])
    }

    @Test("public: no token is read, so that a bad one changes nothing and a good one identifies nobody")
    func publicRoute() throws {
        #expect(try stage.get("/health", token: TestToken().with("exp", "1")).outcome == "200 upstream")
        #expect(try stage.get("/health", "Authorization: Bearer x").outcome == "200 upstream")
        #expect(try stage.get("/health", token: TestToken()).echo().folded("X-User-Id") == [])
    }
}
