internal import Testing

@Suite("Bodies stream in both directions", .stage(GatewayConfiguration(routes: "* /** public")))
struct BodyWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    /// Not compressible to one byte's repetition, so that a lost or doubled piece shows.
    private static let large: [UInt8] = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    @Test("The upstream has the first half of a body before the client sends the second", arguments: [false, true])
    func upload(isChunked: Bool) throws {
        let tag = TestToken.newJTI()
        let halfArrived = Gate()
        stage.upstream.script(tag) { exchange in
            var raw = ""
            while !raw.contains("first") { raw += String(decoding: try exchange.someRawBody(), as: UTF8.self) }
            halfArrived.open()
            while !raw.contains("second") || isChunked && !raw.hasSuffix("0\r\n\r\n") {
                raw += String(decoding: try exchange.someRawBody(), as: UTF8.self)
            }
            try exchange.respond(body: raw)
        }
        let client = try stage.client()
        let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 11"
        try client.send(
            "POST /\(tag) HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n\(isChunked ? "5\r\nfirst\r\n" : "first")")
        try halfArrived.wait()
        try client.send(isChunked ? "6\r\nsecond\r\n0\r\n\r\n" : "second")
        let text = try client.response().text
        #expect(isChunked ? text.contains("first") && text.hasSuffix("\r\n0\r\n\r\n") : text == "firstsecond")
    }

    @Test("The client has the first half of a response before the upstream sends the second", arguments: [false, true])
    func download(isChunked: Bool) throws {
        let tag = TestToken.newJTI()
        let halfArrived = Gate()
        stage.upstream.script(tag) { exchange in
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 11"
            try exchange.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n\(isChunked ? "5\r\nfirst\r\n" : "first")")
            try halfArrived.wait()
            try exchange.send(isChunked ? "6\r\nsecond\r\n0\r\n\r\n" : "second")
        }
        let client = try stage.client()
        try client.send(Request(target: "/\(tag)").text)
        while try !client.line().isEmpty {}
        if isChunked { #expect(try client.line() == "5") }
        #expect(try client.bytes(5) == Array("first".utf8))
        halfArrived.open()
        if isChunked {
            #expect(try client.bytes(4) == Array("\r\n6\r".utf8))
            #expect(try client.bytes(14) == Array("\nsecond\r\n0\r\n\r\n".utf8))
        } else {
            #expect(try client.bytes(6) == Array("second".utf8))
        }
        try client.send(Request(target: "/after").text)
        #expect(try client.response().outcome == "200 upstream")
    }

    @Test("Five megabytes arrive as they were sent, up and down", arguments: ["length", "chunked"])
    func large(framing: String) throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            let body = try exchange.readBody().bytes
            if framing == "length" {
                try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
                try exchange.send(body)
            } else {
                try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                try exchange.send(Self.chunked(body))
            }
        }
        let client = try stage.client()
        let stated = framing == "length" ? "Content-Length: \(Self.large.count)" : "Transfer-Encoding: chunked"
        try client.send("POST /\(tag) HTTP/1.1\r\nHost: a\r\n\(stated)\r\n\r\n")
        try client.send(framing == "length" ? Self.large : Self.chunked(Self.large))
        let response = try client.response(within: .seconds(60))
        #expect(response.isComplete)
        #expect(response.body.bytes == Self.large)
    }

    @Test("A body that ends with the upstream's connection is passed on whole")
    func untilClose() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\n\r\nhello")
            exchange.close()
        }
        let response = try stage.get("/\(tag)")
        #expect(response.text == "hello")
        #expect(response.isComplete)
    }

    /// Far more than the buffers of two connections hold.
    private static let flood = [UInt8](repeating: 0x78, count: 64 * 1024 * 1024)

    /// Sends until the other side takes no more, then opens the gate, then sends the rest.
    private static func flood(_ socket: Socket, opening stalled: Gate) throws {
        guard case .stalled(let sent) = socket.offer(flood[...], until: .after(.seconds(1))) else {
            throw HarnessFailure("all was taken though nobody reads")
        }
        stalled.open()
        guard case .all = socket.offer(flood[sent...], until: .after(.seconds(60))) else {
            throw HarnessFailure("the rest was not taken")
        }
    }

    @Test("A client that does not read holds the upstream back instead of filling the gateway")
    func slowClient() throws {
        let tag = TestToken.newJTI()
        let stalled = Gate()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: \(Self.flood.count)\r\n\r\n")
            try Self.flood(exchange.socket, opening: stalled)
        }
        let client = try stage.client()
        try client.send(Request(target: "/\(tag)").text)
        try stalled.wait(within: .seconds(60))
        #expect(try client.response(within: .seconds(60)).body.bytes.count == Self.flood.count)
        #expect(try stage.gateway.neverHeldMore(thanMegabytes: 64))
    }

    @Test("An upstream that does not read holds the client back instead of filling the gateway")
    func slowUpstream() throws {
        let tag = TestToken.newJTI()
        let stalled = Gate()
        stage.upstream.script(tag) { exchange in
            try stalled.wait(within: .seconds(60))
            try exchange.respond(body: "\(try exchange.readBody().bytes.count)")
        }
        let client = try stage.client()
        try client.send("POST /\(tag) HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.flood.count)\r\n\r\n")
        try Self.flood(client.socket, opening: stalled)
        #expect(try client.response(within: .seconds(60)).text == "\(Self.flood.count)")
        #expect(try stage.gateway.neverHeldMore(thanMegabytes: 64))
    }

    private static func chunked(_ bytes: [UInt8]) -> [UInt8] {
        var chunked: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 70_001) {
            let piece = bytes[start..<min(start + 70_001, bytes.count)]
            chunked += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
        }
        return chunked + Array("0\r\n\r\n".utf8)
    }
}
