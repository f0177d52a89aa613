internal import Testing

extension GatewayConfiguration {
    fileprivate static let impatient = GatewayConfiguration(
        settings: """
            limits {
                header-timeout  1s
                idle-timeout    1s
                body-timeout    1s
            }
            """,
        routes: "* /** public")
}

@Suite("Clients that are slow or vanish", .stage(.impatient))
struct SlowClientWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test(
        "A head that does not become complete is 408",
        arguments: ["G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"])
    func slowHead(beginning: WireText) throws {
        let client = try stage.client()
        try client.send(beginning.text)
        #expect(try client.response().outcome == "408 request_timeout")
        #expect(try client.isClosed())
    }

    @Test("A connection without a request is closed without a word, also after a response")
    func idle() throws {
        #expect(try stage.client().isClosed())
        let client = try stage.client()
        try client.send(Request(target: "/x").text)
        #expect(try client.response().status == 200)
        #expect(try client.isClosed())
    }

    @Test("A body that stands still is given up, and the upstream never takes it for complete")
    func slowBody() throws {
        let client = try stage.client()
        let tag = TestToken.newJTI()
        try client.send("POST /\(tag) HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        #expect(try client.response().outcome == "408 request_timeout")
        #expect(try client.isClosed())
        #expect(stage.upstream.requests(tag).allSatisfy { !$0.body.isComplete })
    }

    @Test("A client that vanishes at any byte of its request leaves the gateway well", arguments: [1, 10, 30, 60, 75])
    func vanishes(after count: Int) throws {
        let request = "POST /vanish HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 20\r\n\r\n0123456789"
        for isReset in [false, true] {
            let client = try stage.client()
            try client.send(Array(request.utf8.prefix(count)))
            if isReset { client.reset() } else { client.close() }
        }
        #expect(try stage.get("/after").outcome == "200 upstream")
    }

    @Test("A client that vanishes in its body ends the request at the upstream")
    func vanishesInBody() throws {
        let tag = TestToken.newJTI()
        let ended = Gate()
        stage.upstream.script(tag) { exchange in
            let body = try exchange.readBody()
            if !body.isComplete { ended.open() }
            exchange.close()
        }
        let client = try stage.client()
        try client.send("POST /\(tag) HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        _ = try stage.upstream.waitForRequest(tag)
        client.close()
        try ended.wait()
    }

    @Test("A client that vanishes before its response ends the request at the upstream")
    func vanishesBeforeResponse() throws {
        let tag = TestToken.newJTI()
        let ended = Gate()
        stage.upstream.script(tag) { exchange in
            if try exchange.waitForClose() { ended.open() }
            exchange.close()
        }
        let client = try stage.client()
        try client.send(Request(target: "/\(tag)").text)
        _ = try stage.upstream.waitForRequest(tag)
        client.reset()
        try ended.wait()
    }

    @Test("A client that only says that it will send no more still gets its response")
    func halfClosed() throws {
        let client = try stage.client()
        try client.send(Request(target: "/half").text)
        client.finishSending()
        #expect(try client.response().outcome == "200 upstream")
        #expect(try client.isClosed())
    }
}
