internal import Testing

extension GatewayConfiguration {
    fileprivate static let identity = GatewayConfiguration(
        routes: """
            *  /public/**   public
            *  /optional    optional
            *  /pass        authenticated  pass-token
            *  /**          authenticated
            """)
}

@Suite("Identity headers", .stage(.identity))
struct IdentityWireTests {
    /// What folds to one of the three names for an upstream that knows no difference.
    static let spellings = [
        "X-User-Id", "x-user-id", "X-USER-ID", "X_User_Id", "X.User.Id", "x_user-id", "XUserId", "X-User_Id",
        "X--User--Id",
        "X-User-Id-", "_X-User-Id", "X!User#Id", "X-User-Role", "X_User_Role", "x.user.role", "X-User-Email",
        "X_USER_EMAIL",
    ]

    let stage: Stage

    init() throws { stage = try Stage.current }

    private func identity(_ echo: Echo) -> [String] {
        (echo.folded("X-User-Id") + echo.folded("X-User-Role") + echo.folded("X-User-Email")).map {
            "\($0.name)=\($0.value)"
        }
    }

    @Test("They carry the token's subject, role and e-mail address")
    func vouched() throws {
        let token = TestToken(sub: "u-7", role: "admin").with("email", #""a@b.test""#)
        let echo = try stage.get("/x", token: token).echo()
        #expect(identity(echo) == ["X-User-Id=u-7", "X-User-Role=admin", "X-User-Email=a@b.test"])
    }

    @Test("A client's own copy never arrives, in whatever spelling", arguments: spellings)
    func spoofed(name: String) throws {
        let lines = ["\(name): root", "\(name): admin"]
        let known = try stage.send(Request(target: "/x", fields: lines + [TestToken().bearer] + lines)).echo()
        #expect(identity(known) == ["X-User-Id=u-1", "X-User-Role=user"])
        for target in ["/public/x", "/optional"] {
            #expect(identity(try stage.send(Request(target: target, fields: lines)).echo()) == [])
        }
    }

    @Test("A copy does not arrive either where the token has no such claim", arguments: spellings)
    func absentClaim(name: String) throws {
        let nobody = TestToken(sub: nil, role: nil)
        let echo = try stage.send(Request(target: "/x", fields: ["\(name): root", nobody.bearer])).echo()
        #expect(identity(echo) == [])
    }

    @Test("A copy in the trailers is dropped with them", arguments: ["X-User-Id", "X_User_Id", "x.user.role"])
    func trailers(name: String) throws {
        for target in ["/public/x", "/x"] {
            let head = "POST \(target) HTTP/1.1\r\nHost: a\r\n\(TestToken().bearer)\r\nTransfer-Encoding: chunked\r\n"
            let response = try stage.send("\(head)Trailer: \(name)\r\n\r\n5\r\nhello\r\n0\r\n\(name): root\r\n\r\n")
            let echo = try response.echo()
            #expect(echo.body == "hello")
            #expect(echo.trailers == [])
            #expect(identity(echo) == (target == "/x" ? ["X-User-Id=u-1", "X-User-Role=user"] : []))
        }
    }

    @Test(
        "The client's Connection list removes nothing that the gateway sets",
        arguments: [
            "close, X-User-Id", "X-User-Id, X-User-Role", "x-user-id", "keep-alive, X_User_Id", "X-User-Role,,close",
        ])
    func connectionList(value: String) throws {
        let echo = try stage.get("/x", token: TestToken(), "Connection: \(value)").echo()
        #expect(identity(echo) == ["X-User-Id=u-1", "X-User-Role=user"])
        #expect(echo.all("connection").allSatisfy { !$0.lowercased().contains("user") })
    }

    @Test("Fields that the Connection list names are removed, and so are the hop-by-hop fields")
    func hopByHop() throws {
        let echo = try stage.get(
            "/public/x", "Connection: X-Hop, keep-alive", "X-Hop: 1", "X-Stays: 1", "Keep-Alive: timeout=5", "TE: gzip",
            "Proxy-Connection: keep-alive", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"
        ).echo()
        for name in ["x-hop", "keep-alive", "te", "proxy-connection", "upgrade"] {
            #expect(echo.all(name) == [], "\(name)")
        }
        #expect(echo.all("x-stays") == ["1"])
    }

    @Test(
        "What a claim contains can't end its field or forge another: it is percent-encoded",
        arguments: [
            (#""u\r\nX-User-Role: admin""#, "u%0D%0AX-User-Role: admin"),
            (#""u\nx""#, "u%0Ax"),
            (#""u\u0000x""#, "u%00x"),
            (#""Zoë""#, "Zo%C3%AB"),
            (#""a%41""#, "a%2541"),
            (#""a\tb""#, "a%09b"),
            (#""a b~""#, "a b~"),
        ])
    func encoded(json: String, value: String) throws {
        let echo = try stage.get("/x", token: TestToken().with("sub", json)).echo()
        #expect(identity(echo) == ["X-User-Id=\(value)", "X-User-Role=user"])
    }

    @Test("Several roles are joined by commas; a comma inside one is encoded")
    func listed() throws {
        let echo = try stage.get("/x", token: TestToken().with("role", #"["a","b,c","d"]"#)).echo()
        #expect(echo.all("X-User-Role") == ["a,b%2Cc,d"])
    }

    @Test("The Authorization field stays here, unless the route says pass-token")
    func authorization() throws {
        let token = TestToken()
        #expect(try stage.get("/x", token: token).echo().all("authorization") == [])
        #expect(try stage.get("/pass", token: token).echo().all("authorization") == ["Bearer \(token.signed())"])
    }

    @Test("Proxy and Proxy-Authorization are never forwarded")
    func proxyFields() throws {
        let echo = try stage.get("/public/x", "Proxy: http://evil", "Proxy-Authorization: Basic dTpw", "X-Proxy: 1")
            .echo()
        #expect(echo.all("proxy") == [] && echo.all("proxy-authorization") == [])
        #expect(echo.all("x-proxy") == ["1"])
    }

    @Test("The request id is the gateway's, not the client's")
    func requestID() throws {
        let ids = try stage.get("/public/x", "X-Request-Id: mine", "X_Request_Id: mine").echo().folded("X-Request-Id")
        #expect(ids.count == 1 && ids[0].value != "mine")
    }

    @Test("Forwarding fields of a client that is no trusted proxy do not arrive as it wrote them")
    func forwarding() throws {
        let echo = try stage.get(
            "/public/x", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: evil", "X-Forwarded-Host: evil",
            "Forwarded: for=6.6.6.6",
            "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "X-Forwarded-Uri: /admin", "X_Forwarded_For: 6.6.6.6"
        ).echo()
        for field in echo.fields where field.name.lowercased() != "host" {
            #expect(
                !field.value.contains("6.6.6.6") && !field.value.contains("evil") && field.value != "/admin", "\(field)"
            )
        }
    }
}
