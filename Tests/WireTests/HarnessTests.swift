internal import Testing

/// A harness that overlooks a fault proves nothing, so it is shown some, without a gateway in between.
@Suite("The harness sees what it should")
struct HarnessTests {
    private let upstream: ScriptedUpstream

    init() throws { upstream = try ScriptedUpstream() }

    private func ask(_ request: String, script: @escaping ScriptedUpstream.Script) throws -> Response {
        upstream.script("/", script)
        let client = try RawClient(port: upstream.port)
        try client.send(request)
        return try client.response()
    }

    @Test("The echo is the request as it came, and requests on a connection are counted as one connection's")
    func echo() throws {
        let client = try RawClient(port: upstream.port)
        for _ in 0..<2 {
            try client.send(
                "POST /x?y HTTP/1.1\r\nHost: a\r\nX_y:  1 \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nT: 1\r\n\r\n"
            )
            let echo = try client.response().echo()
            #expect(echo.requestLine == "POST /x?y HTTP/1.1" && echo.body == "hi" && echo.trailers == ["T"])
            #expect(echo.folded("X-Y") == [try Field(line: "X_y: 1")])
        }
        #expect(upstream.connectionCount == 1 && upstream.requests("/x").count == 2)
        upstream.stopListening()
    }

    @Test("A body that is cut off is not complete; one that is whole is", arguments: ["", "0\r\n", "0\r\n\r\n"])
    func truncation(end: WireText) throws {
        let response = try ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n") { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n\(end.text)")
            exchange.close()
        }
        #expect(response.text == "hi")
        #expect(response.isComplete == (end.text == "0\r\n\r\n"))
        upstream.stopListening()
    }

    @Test(
        "A malformed response is no response",
        arguments: [
            "HTTP/1.1 200 OK\nX: 1\r\n\r\n", "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        ])
    func malformed(bytes: WireText) throws {
        #expect(throws: WireFault.self) { try ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n") { try $0.send(bytes.text) } }
        upstream.stopListening()
    }

    @Test(
        "A request that no gateway may send is a fault",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n"])
    func faults(request: WireText) throws {
        let client = try RawClient(port: upstream.port)
        try client.send(request.text)
        #expect(try client.isClosed())
        #expect(upstream.faults.count == 1)
        upstream.stopListening()
    }

    @Test("Its tokens are signed as openssl signs", arguments: [0, 1, 55, 56, 63, 64, 119, 1000])
    func signatures(length: Int) throws {
        let (message, key) = (String(repeating: "m", count: length), String(repeating: "k", count: length + 1))
        let made = SHA256.hmac(Array(message.utf8), key: Array(key.utf8)).map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }
        let openssl = try run(["sh", "-c", #"printf %s "$0" | openssl dgst -sha256 -hmac "$1" -r"#, message, key])
        #expect(openssl.output.hasPrefix(made.joined() + " "), "\(openssl.errors)")
    }

    @Test("Redis freezes, ends and comes back")
    func redis() throws {
        let redis = try RedisServer()
        try redis.set("key", "value")
        #expect(try redis.command("GET", "key") == .bulk("value"))
        try redis.stop()
        #expect(throws: HarnessFailure.self) { try redis.command("PING") }
        try redis.start()
        #expect(try redis.command("GET", "key") == .bulk(nil))
    }
}
