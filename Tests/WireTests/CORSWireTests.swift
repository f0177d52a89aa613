import Testing

extension GatewayConfiguration {
    fileprivate static let cors = GatewayConfiguration(
        settings: """
            cors {
                origins  https://app.example https://admin.example:8443
                max-age  5m
            }
            """)
}

@Suite("Cross-origin requests", .stage(.cors))
struct CORSWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private let origin = "Origin: https://app.example"

    private func preflight(_ fields: String...) throws -> Response {
        try stage.send(Request(method: "OPTIONS", target: "/x", fields: fields))
    }

    @Test("A preflight is answered before authentication, for the origins of the file")
    func preflight() throws {
        let response = try preflight(
            origin, "Access-Control-Request-Method: DELETE", "Access-Control-Request-Headers: authorization, x-a")
        #expect(response.status == 204)
        #expect(response.field("access-control-allow-origin") == "https://app.example")
        #expect(response.field("access-control-allow-credentials") == "true")
        #expect(response.field("access-control-allow-methods")?.contains("DELETE") == true)
        #expect(response.field("access-control-allow-headers") == "authorization, x-a")
        #expect(response.field("access-control-max-age") == "300")
        #expect(response.field("vary")?.contains("Origin") == true)
    }

    @Test(
        "Another origin is allowed nothing, however like an allowed one it looks",
        arguments: [
            "https://evil.example", "http://app.example", "https://app.example.evil", "https://app.example:443", "null",
        ])
    func otherOrigin(origin: String) throws {
        for response in [
            try preflight("Origin: \(origin)", "Access-Control-Request-Method: GET"),
            try stage.get("/public/x", "Origin: \(origin)"),
        ] {
            #expect(response.field("access-control-allow-origin") == nil)
            #expect(response.field("access-control-allow-credentials") == nil)
            #expect(response.field("access-control-allow-methods") == nil)
            #expect(response.field("vary")?.contains("Origin") == true)
        }
    }

    @Test("Two origins are none")
    func twoOrigins() throws {
        for fields in [[origin, "Origin: https://evil.example"], [origin, origin]] {
            let response = try stage.send(Request(target: "/public/x", fields: fields))
            #expect(response.field("access-control-allow-origin") == nil)
        }
    }

    @Test("The gateway's own refusals can be read by an allowed origin")
    func refusal() throws {
        let response = try stage.get("/x", origin)
        #expect(response.outcome == "401 token_missing")
        #expect(response.field("access-control-allow-origin") == "https://app.example")
    }

    @Test("OPTIONS without a preflight's fields is an ordinary method")
    func ordinaryOptions() throws {
        #expect(try preflight(origin).outcome == "401 token_missing")
        #expect(try stage.send(Request(method: "OPTIONS", target: "/public/x")).outcome == "200 upstream")
    }

    @Test("What the application says of other origins is replaced")
    func upstreamFields() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send(
                "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\naccess-control-allow-methods: PURGE\r\nContent-Length: 0\r\n\r\n"
            )
        }
        let response = try stage.get("/public/\(tag)", origin)
        #expect(response.fields.all("access-control-allow-methods") == [])
        #expect(response.fields.all("access-control-allow-origin") == ["https://app.example"])
    }
}
