internal import TestSupport
internal import Testing

extension GatewayConfiguration {
    /// The base path tells which upstream got a request.
    fileprivate static let hosts = GatewayConfiguration(
        upstream: """
            upstream  shop  http://127.0.0.1:@UPSTREAM@/shop
            upstream  blog  http://127.0.0.1:@UPSTREAM@/blog
            """,
        settings: """
            cors {
                origins  https://app.example
            }
            """,
        routes: """
            GET  /health       public  -> shop
            *    /internal/**  deny
            host shop.example www.shop.example {
                *    /**        authenticated  -> shop
                GET  /products  public         -> shop
                expect  GET  /products  as anonymous  => shop
            }
            host *.blog.example {
                GET  /**  public  -> blog
            }
            GET  /  public  host=[::1]  -> blog
            expect  GET  /internal/x               as authenticated  => 403
            expect  GET  http://a.blog.example/x   as anonymous      => blog
            expect  GET  http://blog.example/x     as anonymous      => host_unknown
            """)
}

@Suite("Several hosts in one file", .stage(.hosts))
struct HostWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private func get(_ target: String, host: String, _ fields: String...) throws -> Response {
        try stage.send(Request(target: target, fields: ["Host: \(host)"] + fields))
    }

    @Test(
        "A request gets the rules and the upstream of its host, and the host goes on as it came",
        arguments: [
            ("shop.example", "/products", "/shop/products"), ("SHOP.example:8443", "/products", "/shop/products"),
            ("www.shop.example", "/health", "/shop/health"), ("a.blog.example", "/products", "/blog/products"),
            ("A.Blog.Example", "/health", "/shop/health"), ("[::1]:80", "/", "/blog/"),
        ])
    func passes(host: String, target: String, path: String) throws {
        let echo = try get(target, host: host).echo()
        #expect(echo.requestLine == "GET \(path) HTTP/1.1")
        #expect(echo.all("host") == [host])
    }

    @Test("What one host lets pass another refuses")
    func refuses() throws {
        #expect(try get("/other", host: "shop.example").outcome == "401 token_missing")
        #expect(try get("/other", host: "shop.example", TestToken().bearer).status == 200)
        #expect(try get("/other", host: "a.blog.example").status == 200)
        #expect(
            try stage.send("POST /other HTTP/1.1\r\nHost: a.blog.example\r\nContent-Length: 0\r\n\r\n", method: "POST")
                .status == 405)
        #expect(try get("/internal/x", host: "a.blog.example").outcome == "403 route_denied")
        #expect(try get("/other", host: "[::1]").outcome == "404 no_route")
    }

    @Test(
        "A host that the file does not name is refused, on every path, with a token too, and reaches nobody",
        arguments: [
            "other.example", "blog.example", "a.b.blog.example", "shop.example.", "a.blog.example.", "127.0.0.1",
            "[::2]",
            "shop.example.evil.example", "localhost",
        ])
    func unknown(host: String) throws {
        for target in ["/health", "/products", "/unknown-\(host.utf8.count)", "http://\(host)/health"] {
            let response = try get(target, host: host, TestToken().bearer)
            #expect(response.outcome == "421 host_unknown")
            #expect(response.keepsAlive)
        }
        #expect(stage.upstream.requests("unknown-\(host.utf8.count)").isEmpty)
        #expect(try stage.gateway.logLines("unknown-\(host.utf8.count)").first?.members.code == "host_unknown")
    }

    @Test("An unknown host comes behind what is malformed and before everything else")
    func order() throws {
        #expect(try get("/a/../b", host: "other.example").outcome == "400 target_ambiguous")
        #expect(try get("/a%2Fb", host: "other.example").outcome == "400 target_ambiguous")
        #expect(try get("/x", host: "other example").outcome == "400 request_malformed")
        #expect(try get("http://shop.example/products", host: "other.example").outcome == "400 request_malformed")
        #expect(try get("/internal/x", host: "other.example").outcome == "421 host_unknown")
        // HTTP/1.0 may come without a host: no rule is for it.
        #expect(try stage.send("GET /health HTTP/1.0\r\n\r\n").outcome == "421 host_unknown")
        let preflight = ["Origin: https://app.example", "Access-Control-Request-Method: GET"]
        for (host, status) in [("other.example", 421), ("shop.example", 204)] {
            let request = Request(method: "OPTIONS", target: "/x", fields: ["Host: \(host)"] + preflight)
            #expect(try stage.send(request).status == status)
        }
        let upgrade = [
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Origin: https://evil.example",
        ]
        for (host, outcome) in [("other.example", "421 host_unknown"), ("shop.example", "403 origin_denied")] {
            #expect(try stage.send(Request(target: "/x", fields: ["Host: \(host)"] + upgrade)).outcome == outcome)
        }
    }

    @Test("On one connection each request is decided by its own host")
    func oneConnection() throws {
        let client = try stage.client()
        for (host, outcome) in [
            ("shop.example", "401 token_missing"), ("other.example", "421 host_unknown"),
            ("a.blog.example", "200 upstream"), ("shop.example", "401 token_missing"),
        ] {
            try client.send(Request(target: "/one", fields: ["Host: \(host)"]).text)
            #expect(try client.response().outcome == outcome)
        }
    }

    @Test("explain says which host's rules decide, and of an unknown host which there are")
    func explain() throws {
        func explain(_ words: String...) throws -> String {
            let result = try run(
                [Paths.gateway, "explain", "--config", stage.gateway.configurationFile] + words,
                environment: ["ACCESS_TOKEN_SECRET": TestToken.secret])
            #expect(result.status == .exited(0), "\(result)")
            return result.output
        }
        let known = try explain("GET", "http://A.Blog.Example:80/products")
        #expect(known.contains("host       decided by the rules of *.blog.example\n"), "\(known)")
        #expect(known.contains("→ blog, which gets GET /blog/products"))
        #expect(try explain("GET", "/products", "-H", "Host: shop.example").contains("→ shop, which gets"))
        let unknown = try explain("GET", "/products")
        #expect(unknown.contains("which names shop.example, www.shop.example, *.blog.example, [::1]\n"), "\(unknown)")
        #expect(unknown.contains("421 host_unknown"))
        #expect(try explain("GET", "http://shop.example/", "--json").contains(#""host":"shop.example""#))
    }

    @Test("A request for the accounts, too, must name a host of the file")
    func accounts() throws {
        var configuration = GatewayConfiguration.accounts()
        configuration.routes = "* /** authenticated host=shop.example"
        let stage = try Stage(configuration)
        for (host, status) in [("shop.example", 401), ("other.example", 421)] {
            let request = Request(method: "POST", target: "/auth/refresh", fields: ["Host: \(host)"], body: "")
            #expect(try stage.send(request).status == status)
        }
        try stage.end()
    }

    @Test("In HTTP/2 the authority is the host")
    func http2() throws {
        let (certificates, port) = (try TestCertificates(), try ReservedPort.untilTheEnd())
        var configuration = GatewayConfiguration.hosts
        configuration.settings += try "\n" + certificates.listener(at: port, hosts: ["shop.example"])
        let stage = try Stage(configuration)
        for (authority, outcome) in [
            ("shop.example", "200"), ("a.blog.example:\(port)", "200"), ("other.example", "421 host_unknown"),
            ("shop.example.", "421 host_unknown"),
        ] {
            var client = HTTP2Client(port: port)
            client.headers([
                (":method", "GET"), (":scheme", "https"), (":path", "/products"), (":authority", authority),
            ])
            client.awaitEnd()
            #expect(try client.run().outcome() == outcome)
        }
        try stage.end()
    }

    @Test("A failing expectation says at which host it fails")
    func failingExpectation() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "routes.conf",
            """
            listen 127.0.0.1:0
            upstream app http://127.0.0.1:1
            host a.example {
                GET /x public
            }
            host *.example {
            }
            expect GET /x as anonymous => app
            """)
        let result = try run([Paths.gateway, "check", file])
        #expect(result.status != .exited(0))
        let errors = result.output + result.errors
        #expect(errors.contains("routes.conf:8:1: error: expectation failed"), "\(errors)")
        #expect(errors.contains("the answer is 404 no_route at the host any.example\n"), "\(errors)")
        #expect(!errors.contains("at the host a.example"))
    }
}
