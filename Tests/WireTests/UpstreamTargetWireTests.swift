internal import Testing

extension GatewayConfiguration {
    fileprivate static let upstreamTargets = GatewayConfiguration(
        upstream: """
            upstream  app    http://127.0.0.1:@UPSTREAM@
            upstream  based  http://127.0.0.1:@UPSTREAM@/base/v1
            upstream  kept   {
                server  http://127.0.0.1:@UPSTREAM@
                host    keep
            }
            upstream  named  {
                server  http://127.0.0.1:@UPSTREAM@
                host    app.internal:8080
            }
            upstream  stripped  {
                server        http://127.0.0.1:@UPSTREAM@
                strip-prefix  /legacy
            }
            upstream  both  http://127.0.0.1:@UPSTREAM@/base {
                host          app.internal
                strip-prefix  /old/shop
            }
            """,
        routes: """
            *  /named/**     public  -> named
            *  /kept/**      public  -> kept
            *  /based/**     public  -> based
            *  /legacy/**    public  -> stripped
            *  /old/shop/**  public  tolerate=encoded-slash,empty-segment  -> both
            *  /**           public  -> app
            """)
}

@Suite("The target and the Host that an upstream sees", .stage(.upstreamTargets))
struct UpstreamTargetWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private func target(_ target: String, method: String = "GET", version: String = "1.1") throws -> String {
        let echo = try stage.send("\(method) \(target) HTTP/\(version)\r\nHost: gateway.test\r\n\r\n").echo()
        return echo.requestLine
    }

    @Test("Host is the client's, or the one that the upstream's block sets; X-Forwarded-Host is the client's")
    func host() throws {
        for (path, host) in [
            ("/x", "gateway.test"), ("/kept/x", "gateway.test"), ("/named/x", "app.internal:8080"),
            ("/old/shop/x", "app.internal"),
        ] {
            let echo = try stage.get(path, "X: 1").echo()
            #expect(echo.all("host") == [host], "\(path)")
            #expect(echo.all("x-forwarded-host") == ["gateway.test"], "\(path)")
        }
        #expect(try stage.send("GET /named/x HTTP/1.0\r\n\r\n").echo().all("host") == ["app.internal:8080"])
    }

    @Test("A base path stands in front of the path")
    func basePath() throws {
        #expect(try target("/based/x?q=/y") == "GET /base/v1/based/x?q=/y HTTP/1.1")
        #expect(try target("/based") == "GET /base/v1/based HTTP/1.1")
        #expect(try target("/based/", version: "1.0") == "GET /base/v1/based/ HTTP/1.1")
        #expect(try target("http://gateway.test/based/x", method: "DELETE") == "DELETE /base/v1/based/x HTTP/1.1")
    }

    @Test(
        "A prefix is taken away, however it is spelt, and nothing else is touched",
        arguments: [
            ("/legacy/a", "/a"), ("/legacy/a/b/", "/a/b/"), ("/legacy/a?x=/legacy/y", "/a?x=/legacy/y"),
            ("/legacy", "/"), ("/legacy?x=1", "/?x=1"), ("/legacy/", "/"), ("/legacy/?x", "/?x"), ("/legacy?", "/?"),
            ("/%6cegacy/a", "/a"), ("/%6Cegac%79/a", "/a"), ("/%6Cegacy", "/"), ("/legacy/%6Cegacy", "/%6Cegacy"),
            ("/legacy/legacy/legacy", "/legacy/legacy"), ("/legacy/a%20b", "/a%20b"),
            ("http://gateway.test/legacy/a?x", "/a?x"), ("/legacyx", "/legacyx"),
        ])
    func stripPrefix(sent: String, seen: String) throws {
        #expect(try target(sent) == "GET \(seen) HTTP/1.1")
        #expect(try target(sent, method: "PUT", version: "1.0") == "PUT \(seen) HTTP/1.1")
    }

    @Test(
        "A prefix of several segments is replaced by the base path",
        arguments: [
            ("/old/shop/a?q", "/base/a?q"), ("/old/shop", "/base/"), ("/old/shop/", "/base/"),
            ("/o%6Cd/sho%70/a", "/base/a"), ("/old/shop/a%2Fb", "/base/a%2Fb"), ("/old/shop/a//b", "/base/a//b"),
            ("/old/shopping", "/old/shopping"), ("/old", "/old"),
        ])
    func both(sent: String, seen: String) throws {
        #expect(try target(sent) == "GET \(seen) HTTP/1.1")
    }

    /// `//a` would be an authority to whoever resolves it (RFC 3986, section 4.2).
    @Test("A path that would begin with two slashes is refused, though empty segments are tolerated")
    func twoSlashes() throws {
        #expect(try stage.get("/old/shop//a").outcome == "400 target_ambiguous")
        #expect(try stage.get("/old/shop//").outcome == "400 target_ambiguous")
    }

    @Test("The log has the path that the client sent")
    func logged() throws {
        let tag = TestToken.newJTI()
        #expect(try target("/legacy/\(tag)") == "GET /\(tag) HTTP/1.1")
        #expect(try stage.gateway.logLines(tag)[0].path == "/legacy/\(tag)")
    }
}
