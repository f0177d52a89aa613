internal import Testing

extension GatewayConfiguration {
    fileprivate static let connections = GatewayConfiguration(
        routes: """
            *  /public/**  public
            *  /small      public  max-body=1KB
            *  /**         authenticated
            """)
}

@Suite("Connections: pipelining, keep-alive, and the odd methods and versions", .stage(.connections))
struct ConnectionWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("Requests in one write are answered in order, also across refusals")
    func pipelining() throws {
        let client = try stage.client()
        let requests = [
            Request(target: "/public/1"), Request(target: "/mine"),
            Request(method: "POST", target: "/public/2", body: "body"), Request(target: "/public/a;b"),
            Request(method: "HEAD", target: "/public/3"), Request(method: "POST", target: "/mine", body: "unread"),
            Request(target: "/public/4"),
        ]
        try client.send(requests.map(\.text).joined())
        #expect(try client.response().echo().requestLine == "GET /public/1 HTTP/1.1")
        #expect(try client.response().outcome == "401 token_missing")
        #expect(try client.response().echo().body == "body")
        #expect(try client.response().outcome == "400 target_ambiguous")
        #expect(try client.response(to: "HEAD").status == 200)
        #expect(try client.response().outcome == "401 token_missing")
        #expect(try client.response().echo().requestLine == "GET /public/4 HTTP/1.1")
    }

    @Test("A hundred pipelined requests are answered in order, in however many pieces they come")
    func manyPipelined() throws {
        let client = try stage.client()
        let all = Array((0..<100).map { Request(target: "/public/\($0)").text }.joined().utf8)
        for start in stride(from: 0, to: all.count, by: 777) {
            try client.send(Array(all[start..<min(start + 777, all.count)]))
        }
        for index in 0..<100 { #expect(try client.response().echo().requestLine == "GET /public/\(index) HTTP/1.1") }
    }

    @Test("A request that comes byte by byte is a request")
    func byteByByte() throws {
        let client = try stage.client()
        for byte in "POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            .utf8
        {
            try client.send([byte])
        }
        #expect(try client.response().echo().body == "hello")
    }

    /// RFC 9112, section 2.2: some old clients send one behind the body of a POST.
    @Test("An empty line before a request is passed over, a second one is not")
    func emptyLine() throws {
        let client = try stage.client()
        try client.send("\r\n" + Request(target: "/public/a").text + "\r\n" + Request(target: "/public/b").text)
        #expect(try client.response().echo().requestLine == "GET /public/a HTTP/1.1")
        #expect(try client.response().echo().requestLine == "GET /public/b HTTP/1.1")
        try client.send("\r\n\r\n" + Request(target: "/public/c").text)
        #expect(try client.response().outcome == "400 request_malformed")
    }

    @Test("Connections are kept on both sides; Connection: close ends the client's")
    func keepAlive() throws {
        let client = try stage.client()
        for _ in 0..<3 {
            try client.send(Request(target: "/public/x").text)
            let response = try client.response()
            #expect(response.keepsAlive)
        }
        try client.send(Request(target: "/public/x", fields: ["Connection: close"]).text)
        #expect(try client.response().keepsAlive == false)
        #expect(try client.isClosed())
    }

    @Test("An HTTP/1.0 client gets its answer and the end of the connection; no chunks")
    func oldClient() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        }
        let client = try stage.client()
        try client.send("GET /public/\(tag) HTTP/1.0\r\nHost: a\r\n\r\n")
        let response = try client.response()
        #expect(response.field("transfer-encoding") == nil)
        #expect(response.text == "hello")
        #expect(try client.isClosed())
        // Without Host too: HTTP/1.0 knows none.
        #expect(try stage.send("GET /public/x HTTP/1.0\r\n\r\n").echo().all("host").count == 1)
    }

    @Test("HEAD, 204 and 304 have no body whatever their fields say, and the connection goes on")
    func noBody() throws {
        let tag = TestToken.newJTI()
        let heads = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked",
            "HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5",
            "HTTP/1.1 304 Not Modified\r\nETag: \"x\"",
        ]
        for (index, head) in heads.enumerated() {
            stage.upstream.script("\(tag)-\(index)") { try $0.send(head + "\r\n\r\n") }
        }
        let client = try stage.client()
        for index in heads.indices {
            let method = index < 2 ? "HEAD" : "GET"
            try client.send(Request(method: method, target: "/public/\(tag)-\(index)").text)
            let response = try client.response(to: method)
            #expect(heads[index].contains(" \(response.status) "))
            if response.status == 204 { #expect(response.field("content-length") == nil) }
        }
        try client.send(Request(target: "/public/last").text)
        #expect(try client.response().outcome == "200 upstream")
    }

    @Test("Expect: 100-continue: the upstream's 100 reaches the client, then the body the upstream")
    func expectContinue() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 100 Continue\r\n\r\n")
            try exchange.echo()
        }
        let client = try stage.client()
        try client.send("POST /public/\(tag) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        #expect(try client.response().status == 100)
        try client.send("hello")
        #expect(try client.response().echo().body == "hello")
    }

    @Test("Expect: 100-continue: a refusal comes before the body, and no 100")
    func expectRefused() throws {
        let client = try stage.client()
        try client.send("POST /mine HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        #expect(try client.response().outcome == "401 token_missing")
    }

    @Test("Interim responses are passed on")
    func earlyHints() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
            try exchange.respond(body: "x")
        }
        let client = try stage.client()
        try client.send(Request(target: "/public/\(tag)").text)
        #expect(try client.response().field("link") == "</a.css>")
        #expect(try client.response().text == "x")
    }

    @Test("A body above the route's max-body is 413, by its length or as it grows, and never complete at the upstream")
    func maxBody() throws {
        let half = String(repeating: "x", count: 512)
        #expect(try stage.send(Request(method: "POST", target: "/small", body: half + half)).outcome == "200 upstream")
        #expect(
            try stage.send(Request(method: "POST", target: "/small", body: half + half + "x")).outcome
                == "413 body_too_large")
        let head = "POST /small?length HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n"
        #expect(try stage.send(head).outcome == "413 body_too_large", "before any of the body has come")
        func chunked(_ query: String, _ second: String) throws -> Response {
            let head = "POST /small?\(query) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            let size = String(second.utf8.count, radix: 16)
            return try stage.send("\(head)200\r\n\(half)\r\n\(size)\r\n\(second)\r\n0\r\n\r\n")
        }
        #expect(try chunked("fits", half).outcome == "200 upstream")
        #expect(try chunked("over", half + "x").outcome == "413 body_too_large")
        #expect(stage.upstream.requests("/small?over").allSatisfy { !$0.body.isComplete })
    }

    @Test("A refusal reaches a client that is still sending its body")
    func refusalDuringBody() throws {
        let client = try stage.client()
        try client.send("POST /mine HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        try client.send([UInt8](repeating: 0x78, count: 300_000))
        #expect(try client.response().outcome == "401 token_missing")
    }
}
