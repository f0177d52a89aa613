internal import Testing

extension GatewayConfiguration {
    fileprivate static let locations = GatewayConfiguration(
        upstream: """
            upstream  app  http://127.0.0.1:@UPSTREAM@
            upstream  stripped  {
                server        http://127.0.0.1:@UPSTREAM@
                strip-prefix  /legacy
            }
            upstream  kept  {
                server        http://127.0.0.1:@UPSTREAM@
                strip-prefix  /kept
                locations     keep
            }
            upstream  both  http://127.0.0.1:@UPSTREAM@/base {
                host          shop.internal
                strip-prefix  /shop
            }
            """,
        settings: "trusted-proxies 10.0.0.0/8",
        routes: """
            *  /legacy/**  public  -> stripped
            *  /kept/**    public  -> kept
            *  /shop/**    public  -> both
            *  /**         public  -> app
            """)
    fileprivate static let behindProxy = GatewayConfiguration(
        upstream: """
            upstream  stripped  {
                server        http://127.0.0.1:@UPSTREAM@
                strip-prefix  /legacy
            }
            """,
        settings: "trusted-proxies 127.0.0.1/32", routes: "*  /legacy/**  public  -> stripped")
}

@Suite("Locations and cookies of an application whose paths are not the clients'", .stage(.locations))
struct LocationWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private func response(_ path: String, status: String = "302 Found", _ fields: [String]) throws -> Response {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { try $0.respond(status, fields: fields) }
        return try stage.get("\(path)/\(tag)")
    }

    @Test("Location and Content-Location come back with the prefix, also in a 201 and in the answer to HEAD")
    func locations() throws {
        let moved = try response("/legacy", ["Location: /orders/?a=b", "Content-Location: /orders/1"])
        #expect(
            moved.field("location") == "/legacy/orders/?a=b" && moved.field("content-location") == "/legacy/orders/1")
        #expect(try response("/legacy", status: "201 Created", ["location:  /x  "]).field("location") == "/legacy/x")
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { try $0.respond("303 See Other", fields: ["Location: /x"]) }
        let head = try stage.send("HEAD /legacy/\(tag) HTTP/1.1\r\nHost: gateway.test\r\n\r\n")
        #expect(head.field("location") == "/legacy/x")
    }

    @Test("The inner host and the base path go, and other hosts stay")
    func hosts() throws {
        #expect(try response("/shop", ["Location: http://shop.internal/base/cart"]).field("location") == "/shop/cart")
        #expect(try response("/shop", ["Location: /base/cart"]).field("location") == "/shop/cart")
        for value in [
            "https://other.example/base/x", "//other.example/x", "cart", "http://shop.internal//other.example",
        ] {
            #expect(try response("/shop", ["Location: \(value)"]).field("location") == value)
        }
    }

    @Test("Each cookie's path gets the prefix, and the domain of the inner host goes")
    func cookies() throws {
        let cookies = ["a=1; Path=/; HttpOnly", "__Host-b=2; Path=/; Secure", "c=3", "d=4; path=/x"]
        let response = try response("/legacy", status: "200 OK", cookies.map { "Set-Cookie: \($0)" })
        let fields = response.fields.all("set-cookie")
        #expect(fields == ["a=1; Path=/legacy; HttpOnly", "__Host-b=2; Path=/; Secure", "c=3", "d=4; path=/legacy/x"])
        let own = try self.response("/shop", status: "200 OK", ["Set-Cookie: a=1; Domain=shop.internal; Path=/base"])
        #expect(own.fields.all("set-cookie") == ["a=1; Path=/shop"])
    }

    @Test("locations keep, and an upstream that has nothing taken off, leave everything as it came")
    func kept() throws {
        for path in ["/kept", "/app"] {
            let response = try response(path, ["Location: /orders", "Set-Cookie: a=1; Path=/"])
            #expect(response.field("location") == "/orders" && response.field("set-cookie") == "a=1; Path=/")
        }
    }

    @Test("The application is told the prefix; what a client says of one is dropped")
    func forwardedPrefix() throws {
        #expect(try stage.get("/legacy/x", "X-Forwarded-Prefix: /evil").echo().all("x-forwarded-prefix") == ["/legacy"])
        #expect(try stage.get("/app/x", "X-Forwarded-Prefix: /evil").echo().all("x-forwarded-prefix") == [])
    }

    @Test("A trusted proxy's prefix stands in front of ours, if it is a plain path", .stage(.behindProxy))
    func outerPrefix() throws {
        let stage = try Stage.current
        func prefix(_ given: String...) throws -> [String] {
            try stage.get("/legacy/x", given.map { "X-Forwarded-Prefix: \($0)" }.joined(separator: "\r\n")).echo()
                .all("x-forwarded-prefix")
        }
        #expect(try prefix("/outer") == ["/outer/legacy"])
        for bad in ["outer", "/outer/", "//evil.example", "/a/../b", "/a,/b", "/a b", "/%2e"] {
            #expect(try prefix(bad) == ["/legacy"], "\(bad)")
        }
        #expect(try prefix("/a", "/b") == ["/legacy"])
    }
}
