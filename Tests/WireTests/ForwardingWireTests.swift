internal import TestSupport
internal import Testing

@Suite("What the upstream is told of the way a request came, of a peer that is not trusted", .stage(.open))
struct ForwardingWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("The peer's address, the scheme, the host that was asked for, the gateway and the request's id")
    func told() throws {
        let tag = TestToken.newJTI()
        let echo = try stage.send(Request(target: "/\(tag)", fields: ["Host: shop.test:8080"])).echo()
        #expect(echo.all("x-forwarded-for") == ["127.0.0.1"])
        #expect(echo.all("x-forwarded-proto") == ["http"])
        #expect(echo.all("x-forwarded-host") == ["shop.test:8080"])
        #expect(echo.all("host") == ["shop.test:8080"])
        #expect(echo.all("forwarded").count == 1)
        let forwarded = (echo.fields.first("forwarded") ?? "").split(separator: ";")
        #expect(forwarded.contains("for=127.0.0.1") && forwarded.contains("proto=http"))
        #expect(echo.all("via") == ["1.1 gateway"])
        #expect(try echo.all("x-request-id") == [stage.gateway.logLines(tag)[0].members.request_id])
    }

    @Test("An IPv4 address is told as such behind a listener of both families")
    func bothFamilies() throws {
        let port = try ReservedPort.untilTheEnd()
        let stage = try Stage(GatewayConfiguration(settings: "listen [::]:\(port)", routes: "* /** public"))
        let tag = TestToken.newJTI()
        let client = try RawClient(port: port)
        try client.send("GET /\(tag) HTTP/1.1\r\nHost: a\r\n\r\n")
        let echo = try client.response().echo()
        #expect(echo.all("x-forwarded-for") == ["127.0.0.1"])
        #expect(echo.all("forwarded").allSatisfy { $0.hasPrefix("for=127.0.0.1;") })
        #expect(try stage.gateway.logLines(tag)[0].members.client == "127.0.0.1")
        try stage.end()
    }

    /// A Via is for all proxies to add to (RFC 9110, section 7.6.3), and nothing is decided by it.
    @Test("Via is added to")
    func via() throws {
        let echo = try stage.get("/x", "Via: 1.0 fred, 1.1 p.test").echo()
        #expect((echo.fields.first("via") ?? "") == "1.0 fred, 1.1 p.test, 1.1 gateway")
    }

    @Test("A request without Host has no X-Forwarded-Host")
    func noHost() throws {
        let echo = try stage.send("GET /x HTTP/1.0\r\n\r\n").echo()
        #expect(echo.all("x-forwarded-host") == [])
        #expect(echo.all("x-forwarded-for") == ["127.0.0.1"])
    }

    /// Name, and what the upstream may see of it, its own or nothing.
    static let reserved: [(name: String, own: Int)] = [
        ("X-Forwarded-For", 1), ("X-Forwarded-Proto", 1), ("X-Forwarded-Host", 1), ("Forwarded", 1),
        ("X-Request-Id", 1), ("X-Forwarded-Port", 0), ("X-Forwarded-Server", 0), ("X-Forwarded-Uri", 0),
        ("X-Forwarded-Prefix", 0), ("X-Real-IP", 0), ("X-Original-URL", 0), ("X-Rewrite-URL", 0),
        ("X-HTTP-Method-Override", 0), ("X-HTTP-Method", 0), ("X-Method-Override", 0), ("Proxy", 0),
        ("Proxy-Authorization", 0),
    ]

    static func spellings(_ name: String) -> [String] {
        [
            name, name.lowercased(), name.uppercased(), name.replacing("-", with: "_"), name.replacing("-", with: "."),
            name.replacing("-", with: ""), name.replacing("-", with: "--"), "_\(name)", "\(name)~",
        ]
    }

    @Test("A client's own copy of these never arrives, in whatever spelling, once or twice", arguments: reserved)
    func dropped(name: String, own: Int) throws {
        for spelling in Self.spellings(name) {
            let line = "\(spelling): 6.6.6.6"
            let echo = try stage.get("/x", line, "X-Stays: 1", line, "\(spelling):").echo()
            let arrived = echo.folded(name)
            #expect(arrived.count == own && !arrived.contains { $0.value.contains("6.6.6.6") }, "\(spelling)")
            #expect(echo.all("x-stays") == ["1"])
        }
    }

    @Test("A Connection field that names them does not take them away")
    func nominated() throws {
        let names = Self.reserved.filter { $0.own == 1 }.map(\.name)
        let echo = try stage.get("/x", "Connection: \(names.joined(separator: ", ")), Via, close").echo()
        for name in names { #expect(echo.all(name).count == 1, "\(name)") }
        #expect(echo.all("via") == ["1.1 gateway"])
    }
}
