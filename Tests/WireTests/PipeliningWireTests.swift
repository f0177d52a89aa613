internal import Testing

extension GatewayConfiguration {
    fileprivate static let pipelining = GatewayConfiguration(routes: "* /public/** public\n* /mine authenticated")
}

@Suite("Pipelining across refusals", .stage(.pipelining))
struct PipeliningWireTests {
    private static let requests =
        [
            Request(target: "/public/1"), Request(target: "/mine"),
            Request(method: "POST", target: "/public/2", body: "two"), Request(target: "/nowhere"),
            Request(target: "/public/3"),
        ].map(\.text).joined()

    let stage: Stage

    init() throws { stage = try Stage.current }

    private func expectAnswers(_ client: RawClient) throws {
        #expect(try client.response().echo().requestLine == "GET /public/1 HTTP/1.1")
        #expect(try client.response().outcome == "401 token_missing")
        #expect(try client.response().echo().body == "two")
        #expect(try client.response().outcome == "404 no_route")
        #expect(try client.response().echo().requestLine == "GET /public/3 HTTP/1.1")
    }

    @Test("Five requests in one write are answered in order: passed, refused, passed with body, refused, passed")
    func oneWrite() throws {
        let client = try stage.client()
        for _ in 0..<3 {
            try client.send(Self.requests)
            try expectAnswers(client)
        }
    }

    @Test("So they are when the write is torn anywhere")
    func torn() throws {
        let bytes = Array(Self.requests.utf8)
        for split in stride(from: 1, to: bytes.count, by: 3) {
            let client = try stage.client()
            try client.send(Array(bytes[..<split]))
            try client.send(Array(bytes[split...]))
            try expectAnswers(client)
        }
    }

    @Test("A refused request's body is read past, whatever it looks like")
    func refusedBody() throws {
        let smuggled = Request(target: "/public/smuggled").text
        let client = try stage.client()
        try client.send(
            Request(method: "POST", target: "/mine", body: smuggled).text
                + Request(method: "PUT", target: "/nowhere", body: smuggled + smuggled).text
                + Request(target: "/public/last").text)
        #expect(try client.response().outcome == "401 token_missing")
        #expect(try client.response().outcome == "404 no_route")
        #expect(try client.response().echo().requestLine == "GET /public/last HTTP/1.1")
        #expect(stage.upstream.requests("/public/smuggled").isEmpty)
    }

    @Test("Nothing behind a request that closes is answered")
    func behindClose() throws {
        let tag = TestToken.newJTI()
        let client = try stage.client()
        try client.send(
            Request(target: "/public/x", fields: ["Connection: close"]).text + Request(target: "/public/\(tag)").text)
        #expect(try client.response().keepsAlive == false)
        #expect(try client.isClosed())
        #expect(stage.upstream.requests(tag).isEmpty)
    }
}
