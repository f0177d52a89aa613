internal import Testing

extension GatewayConfiguration {
    fileprivate static let interim = GatewayConfiguration(
        routes: """
            *  /public/**  public
            *  /admin      role=admin
            *  /small      public  max-body=1KB
            *  /internal   deny
            *  /mine       authenticated
            """)
}

@Suite("Interim responses and Expect: 100-continue", .stage(.interim))
struct InterimWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private func scriptInterims(_ tag: String) {
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n")
            try exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n")
            try exchange.respond(body: "final")
        }
    }

    @Test("An HTTP/1.1 client sees each of them in order, without hop-by-hop fields, then the final response")
    func passed() throws {
        let tag = TestToken.newJTI()
        scriptInterims(tag)
        let client = try stage.client()
        try client.send(Request(target: "/public/\(tag)").text)
        #expect(try client.response().status == 100)
        #expect(try client.response().status == 102)
        let hints = try client.response()
        #expect(hints.status == 103 && hints.field("link") == "</a.css>" && hints.field("x-hop") == nil)
        #expect(try client.response().text == "final")
        try client.send(Request(target: "/public/after").text)
        #expect(try client.response().outcome == "200 upstream")
    }

    @Test("An HTTP/1.0 client sees the final response only")
    func oldClient() throws {
        let tag = TestToken.newJTI()
        scriptInterims(tag)
        let response = try stage.send("GET /public/\(tag) HTTP/1.0\r\nHost: a\r\n\r\n")
        #expect(response.status == 200 && response.text == "final" && response.isComplete)
    }

    @Test("An upstream that ends after an interim response is 502, not a response that never ends")
    func onlyInterim() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
            exchange.close()
        }
        let client = try stage.client()
        try client.send(Request(target: "/public/\(tag)").text)
        #expect(try client.response().status == 103)
        #expect(try client.response().outcome == "502 upstream_invalid")
    }

    @Test(
        "An interim response that announces a body, or one without end of them, is 502",
        arguments: [
            "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            WireText(String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 100)),
        ])
    func nonsense(interim: WireText) throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send(interim.text)
            try exchange.respond(body: "final")
        }
        let client = try stage.client()
        try client.send(Request(target: "/public/\(tag)").text)
        var response = try client.response()
        while response.status < 200 { response = try client.response() }
        #expect(response.outcome == "502 upstream_invalid")
    }

    @Test("100-continue from end to end: no byte of the body is asked for before the upstream wants it")
    func expectContinue() throws {
        let tag = TestToken.newJTI()
        let goOn = Gate()
        stage.upstream.script(tag) { exchange in
            try goOn.wait()
            try exchange.send("HTTP/1.1 100 Continue\r\n\r\n")
            try exchange.echo()
        }
        let client = try stage.client()
        try client.send(Self.announcement("/public/\(tag)"))
        let request = try stage.upstream.waitForRequest(tag)
        #expect(request.fields.all("expect") == ["100-continue"])
        goOn.open()
        #expect(try client.response().status == 100)
        try client.send("hello")
        let response = try client.response()
        #expect(try response.echo().body == "hello")
        #expect(response.keepsAlive)
        try client.send(Request(target: "/public/after").text)
        #expect(try client.response().outcome == "200 upstream")
    }

    @Test("A client that does not wait for the 100 gets it all the same, and its response")
    func impatient() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 100 Continue\r\n\r\n")
            try exchange.echo()
        }
        let client = try stage.client()
        try client.send(Self.announcement("/public/\(tag)") + "hello" + Request(target: "/public/after").text)
        #expect(try client.response().status == 100)
        #expect(try client.response().echo().body == "hello")
        #expect(try client.response().echo().requestLine == "GET /public/after HTTP/1.1")
    }

    /// What stands where the body would, were it sent: nobody may take it for a request.
    @Test(
        "A refusal comes before the body, without a 100, and ends the connection",
        arguments: [
            ("/mine", "", 5, "401 token_missing"), ("/mine", "Authorization: Bearer x\r\n", 5, "401 token_invalid"),
            ("/admin", "@", 5, "403 role_required"), ("/internal", "", 5, "403 route_denied"),
            ("/small", "", 1025, "413 body_too_large"), ("/nowhere", "", 5, "404 no_route"),
            ("/public/a;b", "", 5, "400 target_ambiguous"),
        ])
    func refused(target: String, field: String, length: Int, outcome: String) throws {
        let tag = TestToken.newJTI()
        let fields = field == "@" ? "\(TestToken().bearer)\r\n" : field
        for framing in ["Content-Length: \(length)", "Transfer-Encoding: chunked"] {
            // A chunked body's length shows only when it comes.
            if target == "/small", framing.hasPrefix("T") { continue }
            let client = try stage.client()
            try client.send(
                "POST \(target)?\(tag) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\(fields)\(framing)\r\n\r\n")
            let response = try client.response()
            #expect(response.outcome == outcome)
            #expect(!response.keepsAlive)
            try client.send("GET /public/\(tag) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.isClosed())
        }
        #expect(stage.upstream.requests(tag).isEmpty)
    }

    @Test("The upstream's own refusal instead of the 100 reaches the client, and both connections end")
    func upstreamRefuses() throws {
        let tag = TestToken.newJTI()
        let ended = Gate()
        stage.upstream.script(tag) { exchange in
            try exchange.respond("403 Forbidden", body: "no")
            if try exchange.waitForClose() { ended.open() }
            exchange.close()
        }
        let client = try stage.client()
        try client.send(Self.announcement("/public/\(tag)"))
        let response = try client.response()
        #expect(response.status == 403 && response.text == "no" && !response.keepsAlive)
        try ended.wait()
        try client.send("GET /public/smuggled-\(tag) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.isClosed())
        #expect(stage.upstream.requests("smuggled-\(tag)").isEmpty)
    }

    private static func announcement(_ target: String) -> String {
        "POST \(target) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    }
}
