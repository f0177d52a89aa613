internal import Testing

extension GatewayConfiguration {
    static let open = GatewayConfiguration(routes: "* /** public")
}

/// Each test counts connections, so each has a gateway and an upstream of its own.
@Suite("Kept-alive connections to an upstream")
struct PoolWireTests {
    @Test("Requests one after another share a connection, whichever client asks", .stage(.open))
    func shared() throws {
        let stage = try Stage.current
        let connections = try (0..<5).map { _ in try stage.get("/x").echo().connection }
        #expect(Set(connections) == [1])
    }

    @Test("Requests at the same time have connections of their own", .stage(.open))
    func concurrent() throws {
        let stage = try Stage.current
        let goOn = Gate()
        stage.upstream.script("/held") {
            try goOn.wait()
            try $0.respond()
        }
        let clients = try (0..<3).map { _ in try stage.client() }
        for client in clients { try client.send(Request(target: "/held").text) }
        try eventually("three requests at the upstream") { stage.upstream.requests("/held").count == 3 }
        goOn.open()
        for client in clients { #expect(try client.response().status == 200) }
        #expect(stage.upstream.connectionCount == 3)
    }

    @Test(
        "A connection that the upstream ends, or says it will, is not used again", .stage(.open),
        arguments: ["close", "Connection: close", "HTTP/1.0"])
    func notReused(how: String) throws {
        let stage = try Stage.current
        stage.upstream.script("/last") { exchange in
            let version = how == "HTTP/1.0" ? how : "HTTP/1.1"
            let fields = how == "Connection: close" ? "Connection: close\r\n" : ""
            try exchange.send("\(version) 200 OK\r\n\(fields)Content-Length: 0\r\n\r\n")
            if how == "close" { exchange.close() }
        }
        #expect(try stage.get("/last").status == 200)
        #expect(try stage.get("/x").echo().connection == 2)
    }

    @Test("A response with bytes behind it poisons its connection: they answer nobody else's request", .stage(.open))
    func surplus() throws {
        let stage = try Stage.current
        stage.upstream.script("/surplus") {
            try $0.send(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
        }
        #expect(try stage.get("/surplus").text == "ok")
        #expect(try stage.get("/x").echo().connection == 2)
    }

    /// The upstream ends its connection exactly when the second request arrives on it: what a keep-alive time that
    /// runs out at the wrong moment looks like.
    private func secondRequestMeetsItsEnd(_ stage: Stage, reset: Bool) {
        stage.upstream.script("/second") { exchange in
            if exchange.request.connection > 1 { return try exchange.echo() }
            if reset { exchange.reset() } else { exchange.close() }
        }
    }

    @Test(
        "A safe request that met a connection's end is sent once more, on another", .stage(.open),
        arguments: [false, true])
    func retried(reset: Bool) throws {
        let stage = try Stage.current
        secondRequestMeetsItsEnd(stage, reset: reset)
        #expect(try stage.get("/first").echo().connection == 1)
        #expect(try stage.get("/second").echo().connection == 2)
        #expect(stage.upstream.requests("/second").count == 2)
    }

    @Test("A request that may have had an effect is never sent twice", .stage(.open), arguments: [false, true])
    func notRetried(reset: Bool) throws {
        let stage = try Stage.current
        secondRequestMeetsItsEnd(stage, reset: reset)
        #expect(try stage.get("/first").echo().connection == 1)
        let response = try stage.send(Request(method: "POST", target: "/second", body: "order"))
        // On a new connection it succeeds; on the old one it fails. Either way it was sent once.
        #expect(response.status == 200 || response.outcome == "502 upstream_invalid")
        #expect(stage.upstream.requests("/second").count == 1)
    }

    @Test("A safe request is not sent again once anything was received", .stage(.open))
    func notRetriedAfterBytes() throws {
        let stage = try Stage.current
        stage.upstream.script("/second") { exchange in
            try exchange.send("HTTP/1.1 200")
            exchange.close()
        }
        #expect(try stage.get("/first").status == 200)
        #expect(try stage.get("/second").outcome == "502 upstream_invalid")
        #expect(stage.upstream.requests("/second").count == 1)
    }

    @Test("A client that vanishes in the middle of a response leaves no half-read connection behind", .stage(.open))
    func abandonedResponse() throws {
        let stage = try Stage.current
        let ended = Gate()
        stage.upstream.script("/endless") { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while (try? exchange.send("5\r\nhello\r\n")) != nil {}
            ended.open()
            exchange.close()
        }
        let client = try stage.client()
        try client.send(Request(target: "/endless").text)
        _ = try client.bytes(1000)
        client.reset()
        try ended.wait()
        #expect(try stage.get("/x").echo().connection == 2)
    }
}
