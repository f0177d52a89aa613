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

    @Test(
        "A client that pipelines and reads nothing is not read either, and gets every answer once it reads",
        .stage(.pipelining))
    func unread() throws {
        let stage = try Stage.current
        let client = try RawClient(port: stage.gateway.port, room: 4096)
        let request = Array(Request(target: "/n").text.utf8)
        let many = Array(repeatElement(request, count: 2000).joined())
        var sent = 0
        offering: while sent < 64_000_000 {
            switch client.socket.offer(many[(sent % many.count)...], until: .after(.seconds(2))) {
            case .all: sent += many.count - sent % many.count
            case .stalled(let some):
                sent += some
                break offering
            case .gone: throw HarnessFailure("the gateway closed after \(sent) octets")
            }
        }
        #expect(sent < 64_000_000)
        #expect(try stage.gateway.neverHeldMore(thanMegabytes: 64))
        client.finishSending()
        // The last request may be half a one, which is no request.
        for _ in 0..<(sent / request.count) {
            guard try client.response().outcome == "404 no_route" else {
                Issue.record("another answer")
                return
            }
        }
        #expect(try stage.get("/public/x").status == 200)
    }

    @Test("A client that pipelines more than others may have in a turn gets every answer, in order")
    func turns() throws {
        let client = try stage.client()
        let paths = (0..<500).map { $0 % 3 == 0 ? "/public/\($0)" : "/nowhere/\($0)" }
        let requests = paths.map { Request(target: $0).text }.joined()
        onThread { [socket = client.socket] in _ = try? socket.send(Array(requests.utf8)) }
        for path in paths {
            let response = try client.response()
            if path.hasPrefix("/public") {
                #expect(try response.echo().requestLine == "GET \(path) HTTP/1.1")
            } else {
                #expect(response.outcome == "404 no_route")
            }
        }
    }
}
