internal import Testing

extension GatewayConfiguration {
    fileprivate static let trailers = GatewayConfiguration(
        routes: """
            *  /public/pass/**  public         trailers
            *  /pass/**         authenticated  trailers
            *  /public/**       public
            *  /**              authenticated
            """)
}

@Suite("Trailers", .stage(.trailers))
struct TrailerWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    /// Sends trailer lines with a chunked body, and tells which reached the upstream. Its answer has the same trailers.
    private func exchange(
        _ target: String, _ trailers: [String], version: String = "1.1"
    ) throws -> (upstream: Body, response: Response) {
        let tag = TestToken.newJTI()
        let lines = trailers.map { "\($0)\r\n" }.joined()
        stage.upstream.script(tag) { exchange in
            _ = try exchange.readBody()
            try exchange.send("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n")
            try exchange.send("5\r\nhello\r\n0\r\n\(lines)\r\n")
        }
        let client = try stage.client()
        let head = "POST \(target)/\(tag) HTTP/1.1\r\nHost: a\r\n\(TestToken().bearer)\r\nTrailer: X-Sum\r\n"
        try client.send("\(head)Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\(lines)\r\n")
        let response = try client.response()
        #expect(response.text == "hello" && response.isComplete && response.keepsAlive)
        try client.send(Request(target: "/public/after").text)
        #expect(try client.response().outcome == "200 upstream")
        let received = try stage.upstream.waitForRequest(tag)
        #expect(received.body.bytes == Array("hello".utf8))
        #expect(received.fields.all("trailer") == [] && received.fields.all("x-sum") == [])
        return (received.body, response)
    }

    private func lines(_ fields: [Field]) -> [String] { fields.map { "\($0.name): \($0.value)" } }

    @Test("They are dropped in both directions", arguments: ["/public", "/mine"])
    func dropped(target: String) throws {
        let (upstream, response) = try exchange(target, ["X-Sum: 1", "X-User-Id: root", "X-Other: 2"])
        #expect(lines(upstream.trailers) == [])
        #expect(lines(response.body.trailers) == [])
    }

    @Test(
        "Where the route asks for them, they pass in both directions as they came",
        arguments: ["/public/pass", "/pass"])
    func passed(target: String) throws {
        let sent = ["X-Sum: 1", "x-lower: a  b", "X-Sum: 2", "X_Under.Score: c", "X-Empty: "]
        let (upstream, response) = try exchange(target, sent)
        #expect(lines(upstream.trailers) == sent)
        #expect(lines(response.body.trailers) == sent)
    }

    /// Of each, a value that would matter were it taken for the header of that name.
    static let forbidden =
        IdentityWireTests.spellings.map { "\($0): root" } + [
            "Authorization: Bearer x", "authorization: Bearer x", "AUTHORIZATION: Bearer x", "Host: evil.test",
            "host: evil.test", "Connection: close", "Keep-Alive: x", "Proxy-Connection: x", "TE: trailers",
            "Trailer: X-User-Id", "Upgrade: h2c", "Expect: 100-continue", "Proxy: x", "Proxy-Authorization: x",
            "Forwarded: for=6.6.6.6", "X-Forwarded-For: 6.6.6.6", "X_Forwarded_For: 6.6.6.6",
            "X.Forwarded.Proto: https", "XForwardedHost: evil.test", "X-Real-IP: 6.6.6.6", "X_Real_Ip: 6.6.6.6",
            "X-Request-Id: 6", "X-Original-URL: /admin", "X_Rewrite_URL: /admin", "X-HTTP-Method-Override: DELETE",
        ]

    @Test("What speaks of identity, credentials or the way never passes, in any spelling", arguments: forbidden)
    func stripped(line: String) throws {
        for target in ["/public/pass", "/pass"] {
            let (upstream, _) = try exchange(target, ["X-Before: 1", line, line, "X-After: 2"])
            #expect(lines(upstream.trailers) == ["X-Before: 1", "X-After: 2"])
        }
    }

    /// They may be refused as well: then nobody sees them either.
    @Test(
        "What speaks of framing never passes, in any spelling or direction",
        arguments: [
            "Content-Length: 5", "content-length: 0", "Content_Length: 5", "Content.Length: 5",
            "Transfer-Encoding: chunked", "TRANSFER-ENCODING: gzip", "Transfer_Encoding: chunked",
            "TransferEncoding: chunked",
        ])
    func framing(line: String) throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            _ = try exchange.readBody()
            try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try exchange.send("5\r\nhello\r\n0\r\nX-Before: 1\r\n\(line)\r\nX-After: 2\r\n\r\n")
        }
        for body in ["0\r\nX-Before: 1\r\n\(line)\r\nX-After: 2\r\n\r\n", "0\r\n\r\n"] {
            let client = try stage.client()
            try client.send("POST /public/pass/\(tag) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
            let response = try client.response()
            let passed = response.status == 200 && response.isComplete
            #expect(passed ? lines(response.body.trailers) == ["X-Before: 1", "X-After: 2"] : true)
        }
        for request in stage.upstream.requests(tag) where request.body.isComplete {
            #expect(lines(request.body.trailers).allSatisfy { ["X-Before: 1", "X-After: 2"].contains($0) })
        }
    }

    @Test(
        "A trailer section that is none is refused though the route asks for trailers",
        arguments: [
            "X-Sum : 1\r\n", "X-Sum: 1\n", " X-Sum: 1\r\n", "X-Sum: a\u{0}b\r\n", "X-Sum\r\n", ": 1\r\n",
            WireText(String(repeating: "X: 1\r\n", count: 5000)),
            WireText("X: \(String(repeating: "x", count: 100_000))\r\n"),
        ])
    func malformed(lines: WireText) throws {
        let tag = TestToken.newJTI()
        let client = try stage.client()
        let head = "POST /public/pass/\(tag) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        try client.send("\(head)5\r\nhello\r\n0\r\n\(lines.text)\r\n")
        #expect(try client.response().outcome == "400 request_malformed")
        #expect(try client.isClosed())
        #expect(stage.upstream.requests(tag).allSatisfy { !$0.body.isComplete })
    }

    @Test("An HTTP/1.0 client gets the body without them")
    func oldClient() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) {
            try $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")
        }
        let response = try stage.send("GET /public/pass/\(tag) HTTP/1.0\r\n\r\n")
        #expect(response.text == "hello" && response.isComplete)
    }
}
