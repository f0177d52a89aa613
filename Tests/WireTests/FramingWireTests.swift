internal import Testing

extension GatewayConfiguration {
    fileprivate static let framing = GatewayConfiguration(routes: "* /** public")
}

@Suite("Request framing", .stage(.framing))
struct FramingWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    /// Refused, closed, nothing behind it answered, and neither of the two seen by the upstream.
    private func expectRefused(_ head: String, body: String = "", outcome: String = "400 request_malformed") throws {
        let tag = TestToken.newJTI()
        let client = try stage.client()
        try client.send(head.replacing("@", with: tag) + "\r\n\r\n" + body)
        try client.send("GET /smuggled-\(tag) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().outcome == outcome)
        #expect(try client.isClosed())
        #expect(stage.upstream.requests(tag).isEmpty)
    }

    @Test(
        "What leaves in doubt where a message ends is refused, and the connection closes",
        arguments: [
            "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Transfer-Encoding: chunked\r\nContent-Length: 0", "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5, 5", "Content-Length: 5,6",
            "Content-Length: +5", "Content-Length: -5", "Content-Length: 0x5", "Content-Length: 5 5",
            "Content-Length: 5a", "Content-Length:", "Content-Length: 99999999999999999999",
            "Content-Length: 9223372036854775808", "Content-Length: 5.0", "Transfer-Encoding: gzip",
            "Transfer-Encoding: identity", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: xchunked",
            "Transfer-Encoding: \"chunked\"", "Transfer-Encoding:",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: \u{b}chunked",
            "Connection: Content-Length\r\nContent-Length: 5",
            "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", "Connection: Host",
            "Connection: close, content-length\r\nContent-Length: 5", "Transfer_Encoding: chunked",
            "Content_Length: 5", "transfer.encoding: chunked", "Content-Length : 5", "Transfer-Encoding : chunked",
            "Transfer-Encoding\t: chunked", " Transfer-Encoding: chunked", "X: 1\r\n Transfer-Encoding: chunked",
            "X: 1\r\n\tfolded", "X: 1\r\n folded", "X: a\nTransfer-Encoding: chunked",
            "X: a\rTransfer-Encoding: chunked", "X: a\u{0}b", "X\u{0}: a", "X a: b", "no-colon", ": no name",
            "X(y): a", "X: a\u{1}b", "X: a\u{7f}b", "Host: b", "Host: a", "X: a\r", "é: a",
        ])
    func malformedFields(lines: WireText) throws {
        // Five bytes that are a whole body by either reading, so that nothing but the head can be what is refused.
        try expectRefused("POST /@ HTTP/1.1\r\nHost: a\r\n\(lines.text)", body: "0\r\n\r\n")
    }

    @Test(
        "A request line is METHOD SP TARGET SP HTTP/1.1",
        arguments: [
            "GET  /@ HTTP/1.1", "GET /@  HTTP/1.1", "GET\t/@ HTTP/1.1", "GET /@ HTTP/1.1 ", " GET /@ HTTP/1.1",
            "GET /@", "GET /@ http/1.1", "GET /@ HTTP/1", "GET /@ HTTP/1.1x", "GET /@ HTTP/11", "GET /@ HTTP /1.1",
            "GET /@ XTTP/1.1", "G(T /@ HTTP/1.1", "GET", "/@ HTTP/1.1", "GET /@ HTTP/1.1 x", "\u{0}GET /@ HTTP/1.1",
            "GET /@ x HTTP/1.1", "\u{16}\u{3}\u{1}\u{2}",
        ])
    func requestLines(line: WireText) throws {
        try expectRefused("\(line.text)\r\nHost: a")
    }

    @Test("A Host field is required in HTTP/1.1, and one")
    func host() throws {
        try expectRefused("GET /@ HTTP/1.1\r\nX: 1")
        try expectRefused("GET /@ HTTP/1.1\r\nHost: a\r\nHost: a")
        try expectRefused("GET /@ HTTP/1.1\r\nHost: a\r\nhost: b")
    }

    @Test("Lines end with CRLF and nothing less")
    func bareLineEnds() throws {
        for head in [
            "GET /@ HTTP/1.1\nHost: a\n\n", "GET /@ HTTP/1.1\r\nHost: a\n\r\n", "GET /@ HTTP/1.1\nHost: a\r\n\r\n",
        ] {
            try expectRefused(head)
        }
    }

    @Test("Another version of the protocol is 505", arguments: ["HTTP/2.0", "HTTP/3.0", "HTTP/9.9"])
    func version(version: String) throws {
        try expectRefused("GET /@ \(version)\r\nHost: a", outcome: "505 version_unsupported")
    }

    @Test("HTTP/1.0 has no transfer codings")
    func oldVersionWithCoding() throws {
        try expectRefused("POST /@ HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked", body: "0\r\n\r\n")
    }

    @Test("An expectation other than 100-continue is 417")
    func unknownExpectation() throws {
        try expectRefused("GET /@ HTTP/1.1\r\nHost: a\r\nExpect: 200-ok", outcome: "417 expectation_failed")
    }

    @Test("Two Authorization fields are refused on public routes too")
    func twoTokens() throws {
        let two = "\(TestToken().bearer)\r\n\(TestToken().bearer)"
        #expect(try stage.send("GET /x HTTP/1.1\r\nHost: a\r\n\(two)\r\n\r\n").outcome == "400 token_ambiguous")
    }

    @Test(
        "A chunked body that is none never looks complete to the upstream",
        arguments: [
            "g\r\nhello\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\n", "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
            "10000000000000005\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", "5;\u{0}\r\nhello\r\n0\r\n\r\n",
            "5;a\nb\r\nhello\r\n0\r\n\r\n", "5;a=\"x\r\nhello\r\n0\r\n\r\n", "\r\nhello\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\nContent-Length : 5\r\n\r\n", "5\r\nhello\r\n0\r\nX: a\n\r\n",
            "5\r\nhello\r\n0\r\n folded\r\n\r\n",
            WireText("5;" + String(repeating: "x", count: 100_000) + "\r\nhello\r\n0\r\n\r\n"),
        ])
    func chunks(body: WireText) throws {
        let tag = TestToken.newJTI()
        let client = try stage.client()
        try client.send("POST /\(tag) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body.text)")
        #expect(try client.response().outcome == "400 request_malformed")
        #expect(try client.isClosed())
        #expect(stage.upstream.requests(tag).allSatisfy { !$0.body.isComplete })
    }

    @Test("A target above the limit is 414, a head above it 431, and the answer arrives although the rest does not")
    func oversized() throws {
        let long = String(repeating: "x", count: 9000)
        try expectRefused("GET /@\(long) HTTP/1.1\r\nHost: a", outcome: "414 target_too_long")
        let many = (0..<5000).map { "X-\($0): 1" }.joined(separator: "\r\n")
        try expectRefused("GET /@ HTTP/1.1\r\nHost: a\r\n\(many)", outcome: "431 header_too_large")
        let large = String(repeating: "x", count: 200_000)
        try expectRefused("GET /@ HTTP/1.1\r\nHost: a\r\nX: \(large)", outcome: "431 header_too_large")
        // A head without an end is not read without end.
        let client = try stage.client()
        try client.send("GET / HTTP/1.1\r\nX: \(large)")
        #expect(try client.response().outcome == "431 header_too_large")
        #expect(try client.isClosed())
    }
}
