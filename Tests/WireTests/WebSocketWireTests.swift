import Glibc
import Testing

extension GatewayConfiguration {
    fileprivate static let webSockets = GatewayConfiguration(
        blacklist: blacklist,
        settings: "cors {\n origins https://app.example\n}",
        routes: "* /public/** public\n* /outlives/** authenticated outlive-token\n* /** authenticated")
}

/// A request for a WebSocket; its key is the example of RFC 6455 §1.3.
private func handshake(_ target: String, _ fields: String...) -> String {
    Request(
        target: target,
        fields: [
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        ] + fields
    ).text
}

private let switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

/// A text frame as a server sends it.
private func frame(_ text: String) -> [UInt8] { [0x81, UInt8(text.utf8.count)] + Array(text.utf8) }

/// The Close frame with this code, as a server sends it.
private func closeFrame(_ code: Int) -> [UInt8] { [0x88, 2, UInt8(code >> 8), UInt8(code & 0xFF)] }

@Suite("WebSockets", .stage(.webSockets))
struct WebSocketWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private let tag = TestToken.newJTI()

    /// Accepts, then sends back what it gets, byte for byte.
    private func echo() {
        stage.upstream.script(tag) { exchange in
            try exchange.send(switching)
            while true { try exchange.send(exchange.someRawBody()) }
        }
    }

    private func open(_ target: String, _ fields: String...) throws -> RawClient {
        let client = try stage.client()
        try client.send(
            Request(
                target: target,
                fields: [
                    "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Sec-WebSocket-Version: 13",
                ] + fields
            ).text)
        let response = try client.response()
        guard response.status == 101 else { throw HarnessFailure("\(response.status) \(response.text)") }
        #expect(response.fields.all("upgrade") == ["websocket"] && response.fields.all("connection") == ["Upgrade"])
        #expect(response.field("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        return client
    }

    @Test("After 101 bytes pass both ways as they are; the upstream is told who asks")
    func passes() throws {
        echo()
        let client = try open("/\(tag)", TestToken(sub: "ws-user").bearer)
        let message = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for _ in 0..<3 {
            try client.send(message)
            #expect(try client.bytes(message.count) == message)
        }
        let head = try #require(stage.upstream.requests(tag).first).head
        #expect(head.fields.all("upgrade") == ["websocket"] && head.fields.all("connection") == ["Upgrade"])
        #expect(head.fields.all("x-user-id") == ["ws-user"] && head.fields.all("authorization") == [])
    }

    @Test("What the upstream sends along with its 101 arrives, and so does what follows")
    func eagerUpstream() throws {
        stage.upstream.script(tag) { exchange in
            try exchange.send(Array(switching.utf8) + frame("hello"))
            try exchange.send(frame("again"))
            exchange.close()
        }
        let client = try open("/public/\(tag)")
        #expect(try client.bytes(14) == frame("hello") + frame("again"))
        #expect(try client.isClosed())
    }

    @Test("An upstream that does not switch answers like any other, and the connection goes on")
    func declined() throws {
        stage.upstream.script(tag) { try $0.respond("426 Upgrade Required", body: "no") }
        let client = try stage.client()
        try client.send(handshake("/public/\(tag)"))
        let response = try client.response()
        #expect(response.status == 426 && response.text == "no" && response.keepsAlive)
        try client.send(Request(target: "/public/after").text)
        #expect(try client.response().status == 200)
    }

    @Test("Without a token there is no WebSocket")
    func unauthenticated() throws {
        #expect(try stage.send(handshake("/\(tag)")).outcome == "401 token_missing")
        #expect(stage.upstream.requests(tag).isEmpty)
    }

    @Test(
        "Only a GET of HTTP/1.1 without a body, with Connection: upgrade and nothing but websocket, asks for one",
        arguments: [
            "GET @ HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
            "GET @ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket, h2c\r\nConnection: Upgrade\r\n\r\n",
            "GET @ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
            "GET @ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
            "GET @ HTTP/1.1\r\nHost: a\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n",
            "POST @ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n",
            "GET @ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 1\r\n\r\nx",
            "GET @ HTTP/1.0\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        ])
    func ordinary(request: String) throws {
        let text = request.replacing("@", with: "/public/\(tag)")
        #expect(try stage.send(text, method: "GET").status == 200)
        let head = try #require(stage.upstream.requests(tag).first).head
        #expect(head.fields.all("upgrade") == [] && head.fields.all("http2-settings") == [])
    }

    @Test(
        "A 101 that does not switch to a WebSocket is no answer",
        arguments: ["Upgrade: h2c\r\nConnection: Upgrade", "Upgrade: websocket", "Connection: Upgrade", "X: y"])
    func otherSwitch(fields: String) throws {
        stage.upstream.script(tag) { try $0.send("HTTP/1.1 101 Switching Protocols\r\n\(fields)\r\n\r\n") }
        #expect(try stage.send(handshake("/public/\(tag)")).outcome == "502 upstream_invalid")
    }

    @Test("A page may open a WebSocket to its own origin and from those of the file, from no other")
    func origins() throws {
        echo()
        for origin in ["http://gateway.test", "https://gateway.test", "https://app.example"] {
            try open("/public/\(tag)", "Origin: \(origin)").close()
        }
        for origin in ["https://evil.example", "null", "https://gateway.test.evil", "https://gateway.test:8443"] {
            let response = try stage.send(handshake("/public/\(tag)", "Origin: \(origin)"))
            #expect(response.outcome == "403 origin_denied", "\(origin)")
        }
    }

    @Test("A side that ends the connection ends it for the other, with all that was sent before")
    func ends() throws {
        let saw = Gate()
        stage.upstream.script(tag) { exchange in
            try exchange.send(switching)
            _ = try exchange.someRawBody()
            if try exchange.waitForClose() { saw.open() }
        }
        let client = try open("/public/\(tag)")
        try client.send(frame("bye"))
        client.close()
        try saw.wait()
    }

    // MARK: The permission ends

    /// A token that is good for about two seconds.
    private func shortToken() -> TestToken {
        TestToken().with("exp", "\(unixMilliseconds() / 1000 + 2)")
    }

    @Test("When the token expires, the WebSocket is closed with 1008 behind a whole frame, and the log says why")
    func expiry() throws {
        stage.upstream.script(tag) { exchange in
            try exchange.send(switching)
            try exchange.send(frame("one"))
            _ = try exchange.waitForClose()
        }
        let client = try open("/\(tag)", shortToken().bearer)
        #expect(try client.bytes(5) == frame("one"))
        #expect(try client.bytes(4) == closeFrame(1008))
        #expect(try client.isClosed())
        let line = try #require(try stage.gateway.logLines(tag).first)
        #expect(line.members.status == 101 && line.members.code == "token_expired")
    }

    @Test("A frame under way is finished first")
    func insideFrame() throws {
        let halfway = Gate()
        let text = String(repeating: "x", count: 100)
        stage.upstream.script(tag) { exchange in
            try exchange.send(switching)
            try exchange.send(Array(frame(text).prefix(50)))
            try halfway.wait()
            try exchange.send(Array(frame(text).dropFirst(50)) + frame("too late"))
            _ = try exchange.waitForClose()
        }
        let token = shortToken()
        let client = try open("/\(tag)", token.bearer)
        #expect(try client.bytes(50) == Array(frame(text).prefix(50)))
        // The gateway has noticed by then, or will at the end of the frame.
        try eventually("the token to expire") {
            try stage.get("/x", token.bearer).outcome == "401 token_expired"
        }
        poll(nil, 0, 1200)
        halfway.open()
        #expect(try client.bytes(52) == Array(frame(text).dropFirst(50)))
        #expect(try client.bytes(4) == closeFrame(1008))
        #expect(try client.isClosed())
    }

    @Test(
        "When the token expires inside a frame, the application gets a Close frame, and the connection ends however much is said"
    )
    func endless() throws {
        stage.upstream.script(tag) { exchange in
            // The beginning of a message of 2⁶² octets, which goes on as long as the connection does.
            try exchange.send(switching)
            try exchange.send([0x82, 127, 0x40, 0, 0, 0, 0, 0, 0, 0])
            while true {
                try exchange.send([0x61])
                _ = poll(nil, 0, 50)
            }
        }
        let client = try open("/\(tag)", shortToken().bearer)
        #expect(try client.bytes(10).count == 10)
        // Masked, with a key of noughts. The client goes on speaking as long as it can.
        let message: [UInt8] = [0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]
        #expect(throws: WireFault.self) {
            while true {
                try client.send(message)
                _ = try client.bytes(1)
            }
        }
        let line = try #require(try stage.gateway.logLines(tag).first)
        #expect(line.members.status == 101 && line.members.code == "token_expired")
    }

    @Test("The application gets a Close frame, masked, and of the client nothing after it")
    func closeForApplication() throws {
        let received = Gate()
        stage.upstream.script(tag) { exchange in
            try exchange.send(switching)
            var octets = try exchange.someRawBody()
            while octets.count < 16 { octets += try exchange.someRawBody() }
            // A text frame of the client, then a Close frame with a key of its own: 1008 when it is taken off.
            let close = Array(octets[8...])
            if octets[..<8] == [0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69], close[0] == 0x88, close[1] == 0x82,
                close[6] ^ close[2] == 3, close[7] ^ close[3] == 0xF0
            {
                received.open()
            }
            _ = try exchange.waitForClose()
        }
        let client = try open("/\(tag)", shortToken().bearer)
        try client.send([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69] as [UInt8])
        #expect(try client.bytes(4) == closeFrame(1008))
        try received.wait()
    }

    @Test("When the token is logged out, the WebSocket is closed with 1008")
    func revocation() throws {
        echo()
        let jti = TestToken.newJTI()
        let client = try open("/\(tag)", TestToken(jti: jti).bearer)
        try client.send(frame("hi"))
        #expect(try client.bytes(4) == frame("hi"))
        try stage.redis.set("blacklist:\(jti)", "1")
        #expect(try client.bytes(4) == closeFrame(1008))
        #expect(try client.isClosed())
    }

    @Test("A rule may let it outlive the token")
    func outlives() throws {
        echo()
        let token = shortToken()
        let client = try open("/outlives/\(tag)", token.bearer)
        try eventually("the token to expire") {
            try stage.get("/x", token.bearer).outcome == "401 token_expired"
        }
        poll(nil, 0, 2500)
        try client.send(frame("still"))
        #expect(try client.bytes(7) == frame("still"))
    }

    @Test("An event stream is cut off when its token expires, and does not look complete")
    func eventStream() throws {
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nevent\r\n")
            _ = try exchange.waitForClose()
        }
        let response = try stage.get("/\(tag)", shortToken().bearer)
        #expect(response.status == 200 && response.text == "event" && !response.isComplete)
        #expect(try stage.gateway.logLines(tag).first?.members.code == "token_expired")
    }
}

@Suite("WebSockets that last")
struct LastingWebSocketWireTests {
    @Test("A strict library sees no difference between a server with and without the gateway before it")
    func conformance() throws {
        let result = try run(
            ["/usr/bin/python3", "\(Paths.package)/scripts/websocket-check.py", Paths.gateway], within: .seconds(120))
        #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
    }

    @Test("One on which nothing is said is closed with 1001")
    func silent() throws {
        let stage = try Stage(GatewayConfiguration(settings: "limits {\n websocket-timeout 1s\n}"))
        stage.upstream.script("ws") { exchange in
            try exchange.send(switching)
            _ = try exchange.waitForClose()
        }
        let client = try stage.client()
        try client.send(handshake("/public/ws"))
        #expect(try client.response().status == 101)
        #expect(try client.bytes(4) == closeFrame(1001))
        #expect(try client.isClosed())
        try stage.end()
    }

    @Test("A gateway that stops closes them with 1001 and waits for none")
    func stopping() throws {
        let stage = try Stage()
        stage.upstream.script("ws") { exchange in
            try exchange.send(switching)
            _ = try exchange.waitForClose()
        }
        let client = try stage.client()
        try client.send(handshake("/public/ws"))
        #expect(try client.response().status == 101)
        try stage.end()
        #expect(try client.bytes(4) == closeFrame(1001))
        #expect(try client.isClosed())
    }
}
