internal import Testing

@Suite("HTTP/1.0 on either side, and bodies that end with the connection", .stage(.open))
struct OldVersionWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    /// Whole responses, each of which means "hello".
    static let forms = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
    ]

    private func script(_ bytes: String) -> String {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send(bytes)
            exchange.close()
        }
        return tag
    }

    @Test(
        "An HTTP/1.0 client gets any response plain, ended by its length or the connection's end", arguments: forms,
        ["Host: a\r\n", "", "Connection: keep-alive\r\n"])
    func oldClient(form: String, fields: String) throws {
        let client = try stage.client()
        try client.send("GET /\(script(form)) HTTP/1.0\r\n\(fields)\r\n")
        let response = try client.response()
        #expect(response.status == 200 && response.text == "hello" && response.isComplete)
        #expect(response.fields.all("transfer-encoding") == [] && !response.keepsAlive)
        #expect(response.framing == (form.contains("Content-Length") ? .length(5) : .untilClose))
        #expect(try client.isClosed())
    }

    @Test("An HTTP/1.1 client gets any response delimited, and its connection goes on", arguments: forms)
    func newClient(form: String) throws {
        let client = try stage.client()
        try client.send(Request(target: "/\(script(form))").text)
        let response = try client.response()
        #expect(response.version == "HTTP/1.1" && response.text == "hello" && response.isComplete)
        #expect(response.framing == (form.contains("Content-Length") ? .length(5) : .chunked))
        #expect(response.keepsAlive)
        try client.send(Request(target: "/after").text)
        #expect(try client.response().echo().requestLine == "GET /after HTTP/1.1")
    }

    /// With an upstream of its own: one that has just closed a connection after an answer fails a POST, rightly.
    @Test("The upstream is always spoken to in HTTP/1.1 with one Host, whatever the client speaks", .stage(.open))
    func requests() throws {
        let stage = try Stage.current
        let body = "Content-Length: 5\r\n\r\nhello"
        let named = try stage.send("POST /x HTTP/1.0\r\nHost: a.test\r\n\(body)").echo()
        #expect(named.requestLine == "POST /x HTTP/1.1" && named.all("host") == ["a.test"] && named.body == "hello")
        let nameless = try stage.send("POST /x HTTP/1.0\r\n\(body)").echo()
        #expect(nameless.all("host") == ["127.0.0.1:\(stage.upstream.port)"] && nameless.body == "hello")
        #expect(nameless.all("x-forwarded-host") == [])
    }

    @Test("What an HTTP/1.0 client sends behind its request is not another one")
    func noPipelining() throws {
        let tag = TestToken.newJTI()
        let client = try stage.client()
        try client.send("GET /x HTTP/1.0\r\n\r\nGET /\(tag) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().status == 200)
        #expect(try client.isClosed())
        #expect(stage.upstream.requests(tag).isEmpty)
    }

    @Test("An HTTP/1.0 upstream that says chunked is 502")
    func oldChunks() throws {
        let tag = script("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        #expect(try stage.get("/\(tag)").outcome == "502 upstream_invalid")
    }

    @Test("An empty body that ends with the connection is empty and complete", arguments: ["1.0", "1.1"])
    func empty(version: String) throws {
        let response = try stage.send("GET /\(script("HTTP/1.0 200 OK\r\n\r\n")) HTTP/\(version)\r\nHost: a\r\n\r\n")
        #expect(response.status == 200 && response.text == "" && response.isComplete)
    }

    @Test("A body ended by a reset instead of the connection's end never looks complete", arguments: ["1.0", "1.1"])
    func reset(version: String) throws {
        for form in ["HTTP/1.1 200 OK\r\n\r\nhalf", "HTTP/1.0 200 OK\r\nX: 1\r\n\r\nhalf"] {
            let tag = TestToken.newJTI()
            let arrived = Gate()
            stage.upstream.script(tag) { exchange in
                try exchange.send(form)
                try arrived.wait()
                exchange.reset()
            }
            let client = try stage.client()
            try client.send("GET /\(tag) HTTP/\(version)\r\nHost: a\r\n\r\n")
            while try !client.line().isEmpty {}
            if version == "1.1" { #expect(try client.line() == "4") }
            #expect(try client.bytes(4) == Array("half".utf8))
            arrived.open()
            // Chunked, the last chunk is missing. Plain, only a reset can say that something is.
            if version == "1.1" { #expect(throws: WireFault.self) { while try client.line() != "0" {} } }
            if version == "1.0" { #expect(throws: WireFault.reset) { try client.bytes(1) } }
        }
    }

    @Test(
        "Of a response with a length that is broken off, an HTTP/1.0 client gets all that came, however late it reads")
    func brokenOffWithLength() throws {
        let tag = TestToken.newJTI()
        let sent = Gate()
        let octets = [UInt8](repeating: 0x78, count: 200_000)
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n")
            try exchange.send(octets)
            exchange.close()
            sent.open()
        }
        let client = try stage.client()
        try client.send("GET /\(tag) HTTP/1.0\r\nHost: a\r\n\r\n")
        try sent.wait()
        // The gateway has given up the request before the client takes what it got.
        try eventually("the exchange to be over") { try stage.gateway.metric("gateway_requests") == 0 }
        while try !client.line().isEmpty {}
        #expect(try client.bytes(octets.count) == octets)
        #expect(try client.isClosed())
    }
}
