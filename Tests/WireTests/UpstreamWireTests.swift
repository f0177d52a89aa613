internal import Testing

extension GatewayConfiguration {
    /// Nobody listens on port 1: connections there are refused.
    fileprivate static let upstreams = GatewayConfiguration(
        upstream: """
            upstream  app   http://127.0.0.1:@UPSTREAM@
            upstream  gone  http://127.0.0.1:1
            """,
        routes: """
            *  /gone/**   public                 -> gone
            *  /hasty/**  public  timeout=300ms  -> app
            *  /**        public                 -> app
            """)
}

@Suite("Upstreams that are gone, slow, wrong or dying", .stage(.upstreams))
struct UpstreamWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("Nobody listens: 502, and the connection goes on")
    func unreachable() throws {
        let client = try stage.client()
        for method in ["GET", "POST"] {
            try client.send(Request(method: method, target: "/gone/x", body: method == "POST" ? "body" : nil).text)
            #expect(try client.response().outcome == "502 upstream_unreachable")
        }
        try client.send(Request(target: "/after").text)
        #expect(try client.response().outcome == "200 upstream")
    }

    @Test("No answer in the route's time: 504, and the upstream's connection is given up")
    func timeout() throws {
        let tag = TestToken.newJTI()
        let givenUp = Gate()
        stage.upstream.script(tag) { exchange in
            if try exchange.waitForClose() { givenUp.open() }
            exchange.close()
        }
        let client = try stage.client()
        try client.send(Request(target: "/hasty/\(tag)").text)
        #expect(try client.response().outcome == "504 upstream_timeout")
        try givenUp.wait()
        try client.send(Request(target: "/after").text)
        #expect(try client.response().outcome == "200 upstream")
    }

    @Test("An upstream that takes its time is waited for")
    func slow() throws {
        let tag = TestToken.newJTI()
        let goOn = Gate()
        stage.upstream.script(tag) { exchange in
            try goOn.wait()
            for byte in "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".utf8 { try exchange.send([byte]) }
        }
        let client = try stage.client()
        try client.send(Request(target: "/\(tag)").text)
        _ = try stage.upstream.waitForRequest(tag)
        goOn.open()
        #expect(try client.response().text == "hello")
    }

    @Test(
        "What is no response is 502 and none of it is passed on",
        arguments: [
            "garbage\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
            "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 600 X\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
            "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno-colon\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\n\r\n",
            "HTTP/1.1 200 OK\r\n X: 1\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            WireText("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 300_000) + "\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX: cut", "HTTP/1.1 2", "",
        ])
    func malformed(response bytes: WireText) throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send(bytes.text)
            exchange.close()
        }
        let client = try stage.client()
        try client.send(Request(method: "POST", target: "/\(tag)", body: "x").text)
        #expect(try client.response().outcome == "502 upstream_invalid")
        try client.send(Request(target: "/after").text)
        #expect(try client.response().outcome == "200 upstream")
        #expect(stage.upstream.requests(tag).count == 1)
    }

    @Test(
        "A response that is cut off never looks complete",
        arguments: [
            "Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "Transfer-Encoding: chunked\r\n\r\n8\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nx\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4\r\nhalfX\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n",
        ])
    func truncated(rest: WireText) throws {
        for isReset in [false, true] {
            let tag = TestToken.newJTI()
            stage.upstream.script(tag) { exchange in
                try exchange.send("HTTP/1.1 200 OK\r\n\(rest.text)")
                if isReset { exchange.reset() } else { exchange.close() }
            }
            let client = try stage.client()
            try client.send(Request(target: "/\(tag)").text)
            // A reset may overtake the head.
            let response = try client.response()
            #expect(response.status == 502 || !response.isComplete)
            if response.status != 502 { #expect(try client.isClosed()) }
        }
    }

    @Test("A body ended by a reset instead of the connection's end is cut off, not complete")
    func resetUntilClose() throws {
        let tag = TestToken.newJTI()
        let arrived = Gate()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\n\r\nhalf")
            try arrived.wait()
            exchange.reset()
        }
        let client = try stage.client()
        try client.send(Request(target: "/\(tag)").text)
        var line = try client.line().lowercased()
        var isChunked = false
        while !line.isEmpty {
            isChunked = isChunked || line.hasPrefix("transfer-encoding: chunked")
            line = try client.line().lowercased()
        }
        if isChunked { _ = try client.line() }
        #expect(try client.bytes(4) == Array("half".utf8))
        arrived.open()
        // Chunked: no last chunk comes. Until close: only a reset can tell the client.
        if isChunked { #expect(throws: WireFault.self) { while try client.line() != "0" {} } }
        if !isChunked { #expect(throws: WireFault.reset) { try client.bytes(1) } }
    }

    @Test("A response without a length that a reset breaks off during an upload never looks complete")
    func resetDuringUpload() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\n\r\nhalf")
            // Unread octets of the body make the end a reset, which the gateway's next write meets.
            exchange.reset()
        }
        for _ in 0..<40 {
            let client = try stage.client()
            try client.send("POST /\(tag) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<20 { try client.send("5\r\nhello\r\n") }
            let response = try? client.response()
            #expect(response?.status != 200 || response?.isComplete == false, "\(response?.text ?? "")")
            client.close()
        }
    }

    @Test("An answer before the end of the request's body reaches the client")
    func earlyResponse() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            _ = try exchange.waitForClose()
            exchange.close()
        }
        let client = try stage.client()
        try client.send("POST /\(tag) HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbeginning")
        let response = try client.response()
        #expect(response.status == 403)
        #expect(response.text == "no")
    }

    @Test("Hop-by-hop fields of a response stay behind, and the rest arrives as it was")
    func responseFields() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.respond(
                "201 Made here",
                fields: [
                    "Connection: X-Hop, keep-alive", "X-Hop: 1", "Keep-Alive: timeout=5", "Upgrade: h2c",
                    "X-Stays:  a  b ", "Set-Cookie: a=1", "Set-Cookie: b=2", "x-lower: 1",
                ], body: "x")
        }
        let response = try stage.get("/\(tag)")
        #expect(response.status == 201 && response.reason == "Made here")
        for name in ["x-hop", "keep-alive", "upgrade"] { #expect(response.field(name) == nil, "\(name)") }
        #expect(response.field("x-stays") == "a  b")
        #expect(response.fields.all("set-cookie") == ["a=1", "b=2"])
        #expect(response.fields.contains { $0.name == "x-lower" })
    }

    @Test("A response that says when it was made keeps its Date; one that does not gets the time at which it came")
    func date() throws {
        let tag = TestToken.newJTI()
        let given = "Sun, 06 Nov 1994 08:49:37 GMT"
        stage.upstream.script("\(tag)-given") { try $0.respond("200 OK", fields: ["date: \(given)"]) }
        stage.upstream.script("\(tag)-none") { try $0.respond("200 OK", fields: ["X_Date: x"]) }
        #expect(try stage.get("/\(tag)-given").fields.all("date") == [given])
        let added = try stage.get("/\(tag)-none").fields.all("date")
        #expect(added.count == 1 && added[0].hasSuffix(" GMT") && added[0].utf8.count == given.utf8.count)
    }

    @Test("An upstream's own 401 is passed on as it is, and is none of the gateway's")
    func ownRefusal() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) {
            try $0.respond("401 Unauthorized", fields: [#"WWW-Authenticate: Basic realm="app""#], body: "log in")
        }
        let response = try stage.get("/\(tag)")
        #expect(response.status == 401 && response.text == "log in")
        #expect(response.fields.all("www-authenticate") == [#"Basic realm="app""#])
    }

    @Test("Trailers of a response are dropped")
    func responseTrailers() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) {
            try $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Trailer: 1\r\n\r\n")
        }
        let response = try stage.get("/\(tag)")
        #expect(response.text == "x" && response.body.trailers == [])
    }
}
