internal import Testing

/// Tests count connections, so each has a gateway and an upstream of its own.
@Suite("Responses that come before the request's end")
struct EarlyResponseWireTests {
    private static func head(_ tag: String, _ length: Int) -> String {
        "POST /\(tag) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n"
    }

    @Test(
        "The client gets it and the end of its connection; the upstream's connection serves nobody else",
        .stage(.open),
        arguments: ["Content-Length: 2\r\n\r\nno", "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"])
    func unreadBody(rest: WireText) throws {
        let stage = try Stage.current
        let ended = Gate()
        stage.upstream.script("/early") { exchange in
            // It claims to keep the connection.
            try exchange.send("HTTP/1.1 403 Forbidden\r\n\(rest.text)")
            while try !exchange.waitForClose() { _ = try exchange.someRawBody() }
            ended.open()
            exchange.close()
        }
        let client = try stage.client()
        try client.send(Self.head("early", 900_000) + "beginning")
        let response = try client.response()
        #expect(response.status == 403 && response.text == "no" && response.isComplete && !response.keepsAlive)
        try ended.wait()
        // The rest of the body is no request.
        try client.send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.isClosed())
        #expect(try stage.get("/x").echo().connection == 2)
        #expect(stage.upstream.requests("/smuggled").isEmpty)
    }

    /// The gateway reads on for two seconds; a machine that was busy with something else for as long gets another try.
    @Test("A client that goes on sending sees the response, not a reset", .stage(.open))
    func stillSending() throws {
        let stage = try Stage.current
        stage.upstream.script("/early") { try $0.respond("413 Content Too Large", body: "too large") }
        let piece = [UInt8](repeating: 0x78, count: 100_000)
        func isReadOn() throws -> Bool {
            let client = try stage.client()
            try client.send(Self.head("early", 900_000))
            for _ in 0..<6 { try client.send(piece) }
            let response = try client.response()
            #expect(response.status == 413 && response.text == "too large")
            guard case .end = try client.socket.receive(until: .after()) else { return false }
            // What nobody reads is answered by a reset, at which the next piece fails.
            return try client.socket.send(piece) && client.socket.send(piece)
        }
        #expect(try (0..<5).contains { _ in try isReadOn() })
    }

    @Test("A response that has begun does not stop the request: both go on, and both end whole", .stage(.open))
    func duplex() throws {
        let stage = try Stage.current
        stage.upstream.script("/duplex") { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n")
            let body = try exchange.readBody()
            let text = " and had \(body.isComplete ? "all" : "only") \(body.bytes.count)"
            try exchange.send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n0\r\n\r\n")
        }
        let client = try stage.client()
        try client.send(Self.head("duplex", 10) + "first")
        while try !client.line().isEmpty {}
        #expect(try client.line() == "5")
        #expect(try client.bytes(7) == Array("begun\r\n".utf8))
        try client.send("other")
        var text = try client.line()
        while text.isEmpty || text.count < 4 { text = try client.line() }
        #expect(text == " and had all 10")
        #expect(try client.line() == "0")
    }

    @Test("A request broken off after its response has begun cuts the response off, visibly", .stage(.open))
    func brokenOff() throws {
        let stage = try Stage.current
        stage.upstream.script("/broken") { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n")
            _ = try exchange.readBody()
            try exchange.send("0\r\n\r\n")
        }
        let client = try stage.client()
        try client.send("POST /broken HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        while try !client.line().isEmpty {}
        #expect(try client.bytes(10) == Array("5\r\nbegun\r\n".utf8))
        try client.send("zzz\r\n")
        #expect(try client.isClosed())
        try eventually("the upstream to have read") { stage.upstream.openConnectionCount == 0 }
        #expect(stage.upstream.requests("/broken").allSatisfy { !$0.body.isComplete })
    }
}
