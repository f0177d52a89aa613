internal import Testing

extension GatewayConfiguration {
    fileprivate static let trusted = GatewayConfiguration(
        settings: "trusted-proxies 127.0.0.1/32 10.0.0.0/8 2001:db8::/32", routes: "* /mine authenticated\n* /** public"
    )
    fileprivate static let otherTrusted = GatewayConfiguration(
        settings: "trusted-proxies 10.0.0.0/8 192.0.2.1 ::1", routes: "* /** public")
}

@Suite("What a trusted proxy says of the way a request came", .stage(.trusted))
struct TrustedProxyWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("Its chains are kept, and its address is added to them")
    func chains() throws {
        let echo = try stage.get(
            "/x", "X-Forwarded-For: 203.0.113.7, 10.1.1.1", "Forwarded: for=203.0.113.7;proto=https, for=10.1.1.1",
            "X-Forwarded-Proto: https", "X-Forwarded-Host: shop.test"
        ).echo()
        #expect(echo.all("x-forwarded-for") == ["203.0.113.7, 10.1.1.1, 127.0.0.1"])
        let forwarded = echo.all("forwarded")
        #expect(forwarded.count == 1)
        #expect(forwarded.allSatisfy { $0.hasPrefix("for=203.0.113.7;proto=https, for=10.1.1.1, for=127.0.0.1") })
        #expect(echo.all("x-forwarded-proto") == ["https"])
        #expect(echo.all("x-forwarded-host") == ["shop.test"])
        #expect(echo.all("host") == ["gateway.test"])
        #expect(echo.all("via") == ["1.1 gateway"])
    }

    @Test("A chain in several fields is one chain, in order")
    func severalFields() throws {
        let echo = try stage.get(
            "/x", "X-Forwarded-For: 203.0.113.7", "X: 1", "x-forwarded-for: 203.0.113.8,10.1.1.1", "Forwarded: for=a",
            "forwarded: for=b"
        ).echo()
        let chain = echo.fields.first("x-forwarded-for")?.split(separator: ",").map { $0.filter { $0 != " " } }
        #expect(chain == ["203.0.113.7", "203.0.113.8", "10.1.1.1", "127.0.0.1"])
        #expect(echo.fields.first("forwarded")?.hasPrefix("for=a, for=b, for=127.0.0.1") == true)
    }

    @Test("What it does not say, the gateway says")
    func silent() throws {
        let echo = try stage.get("/x").echo()
        #expect(echo.all("x-forwarded-for") == ["127.0.0.1"])
        #expect(echo.all("x-forwarded-proto") == ["http"])
        #expect(echo.all("x-forwarded-host") == ["gateway.test"])
        #expect(echo.all("x-request-id").count == 1)
    }

    @Test(
        "What is no scheme and no host is not passed on",
        arguments: [
            "X-Forwarded-Proto: javascript", "X-Forwarded-Proto: https, http", "X-Forwarded-Host: a b",
            "X-Forwarded-Host: a/b", "X-Forwarded-Host: a@b",
        ])
    func nonsense(line: String) throws {
        let echo = try stage.get("/x", line).echo()
        #expect(echo.all("x-forwarded-proto") == ["http"])
        #expect(echo.all("x-forwarded-host") == ["gateway.test"])
    }

    @Test(
        "Only the names themselves are believed: what folds to them is dropped", arguments: ForwardingWireTests.reserved
    )
    func lookalikes(name: String, own: Int) throws {
        for spelling in ForwardingWireTests.spellings(name) where spelling.lowercased() != name.lowercased() {
            let arrived = try stage.get("/x", "\(spelling): 6.6.6.6").echo().folded(name)
            #expect(arrived.count == own && !arrived.contains { $0.value.contains("6.6.6.6") }, "\(spelling)")
        }
    }

    @Test("Its X-Request-Id is the request's, at the upstream, in the log and in a refusal")
    func requestID() throws {
        let id = "Trace-\(TestToken.newJTI())_1.2"
        #expect(try stage.get("/\(id)", "X-Request-Id: \(id)").echo().all("x-request-id") == [id])
        #expect(try stage.gateway.logLines(id)[0].members.request_id == id)
        let refusal = try stage.get("/mine?x", "x-request-id: \(id)")
        #expect(try refusal.problem().request_id == id)
        #expect(refusal.field("x-request-id") == id)
    }

    @Test(
        "An id that could mislead a log or a page is not taken",
        arguments: [
            "", "a b", "a,b", "a\"b", "<script>", "a;b", "a\\b", "{}", "é", "a\tb", String(repeating: "x", count: 129),
        ])
    func badRequestID(id: String) throws {
        let given = try stage.get("/x", "X-Request-Id: \(id)").echo().all("x-request-id")
        #expect(given.count == 1 && given[0].utf8.count == 26)
        #expect(given[0].utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) })
    }

    @Test("Of two ids none is taken")
    func twoRequestIDs() throws {
        let given = try stage.get("/x", "X-Request-Id: one", "X-Request-Id: two").echo().all("x-request-id")
        #expect(given.count == 1 && given[0].utf8.count == 26)
    }

    @Test(
        "The log's client is the last address that is no trusted proxy's",
        arguments: [
            ("203.0.113.7", "203.0.113.7"), ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
            ("198.51.100.1, 203.0.113.7, 10.1.1.1", "203.0.113.7"), ("203.0.113.7,10.1.1.1 ,10.2.2.2", "203.0.113.7"),
            ("6.6.6.6, 2001:db9::1, 2001:db8::1", "2001:db9::1"), ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
            ("203.0.113.7, unknown, 10.1.1.1", "10.1.1.1"), ("\"injected\", 10.1.1.1", "10.1.1.1"), ("", "127.0.0.1"),
            ("9.9.9.9:54321", "9.9.9.9"), ("[2001:db9::7]", "2001:db9::7"),
            ("[2001:db9::7]:443, 10.1.1.1:80", "2001:db9::7"),
        ])
    func logged(chain: String, client: String) throws {
        let tag = TestToken.newJTI()
        _ = try stage.get("/\(tag)", "X-Forwarded-For: \(chain)")
        #expect(try stage.gateway.logLines(tag)[0].members.client == client)
    }

    @Test("A peer outside the list is not believed, whoever is in it", .stage(.otherTrusted))
    func otherPeer() throws {
        let stage = try Stage.current
        let tag = TestToken.newJTI()
        let echo = try stage.get(
            "/\(tag)", "X-Forwarded-For: 10.1.1.1", "Forwarded: for=10.1.1.1", "X-Forwarded-Proto: https",
            "X-Forwarded-Host: evil.test", "X-Request-Id: \(tag)"
        ).echo()
        #expect(echo.all("x-forwarded-for") == ["127.0.0.1"])
        #expect(echo.all("forwarded").allSatisfy { !$0.contains("10.1.1.1") })
        #expect(echo.all("x-forwarded-proto") == ["http"])
        #expect(echo.all("x-forwarded-host") == ["gateway.test"])
        #expect(echo.all("x-request-id") != [tag])
        #expect(try stage.gateway.logLines(tag)[0].members.client == "127.0.0.1")
    }
}
