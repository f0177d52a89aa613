internal import Testing

extension GatewayConfiguration {
    fileprivate static let bodiless = GatewayConfiguration(routes: "* /public/** public\n* /** authenticated")
}

@Suite("Responses without a body: HEAD, 204 and 304", .stage(.bodiless))
struct BodilessWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test(
        "HEAD has the length that GET would have, no body, and the connection goes on",
        arguments: ["200 OK", "404 Not Found", "500 Internal Server Error"])
    func head(status: String) throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { try $0.send("HTTP/1.1 \(status)\r\nContent-Length: 12345\r\nETag: \"x\"\r\n\r\n") }
        let client = try stage.client()
        for _ in 0..<3 {
            try client.send(Request(method: "HEAD", target: "/public/\(tag)").text)
            let response = try client.response(to: "HEAD")
            #expect(status.hasPrefix("\(response.status) "))
            #expect(response.field("content-length") == "12345" && response.field("etag") == "\"x\"")
            #expect(response.keepsAlive)
        }
        try client.send(Request(target: "/public/after").text)
        #expect(try client.response().echo().requestLine == "GET /public/after HTTP/1.1")
    }

    @Test("A refused HEAD has the refusal's head and no body, and the connection goes on")
    func refusedHead() throws {
        let client = try stage.client()
        try client.send(Request(method: "HEAD", target: "/mine").text + Request(target: "/public/after").text)
        let refusal = try client.response(to: "HEAD")
        #expect(refusal.status == 401 && refusal.field("content-type") == "application/problem+json")
        #expect(refusal.field("www-authenticate") == "Bearer")
        #expect(try client.response().echo().requestLine == "GET /public/after HTTP/1.1")
    }

    @Test("A 304 keeps the length of what it stands for; a 204 has none")
    func lengths() throws {
        let tag = TestToken.newJTI()
        stage.upstream.script(tag) { exchange in
            let status = exchange.request.target.hasSuffix("304") ? "304 Not Modified" : "204 No Content"
            try exchange.send("HTTP/1.1 \(status)\r\nContent-Length: 77\r\nETag: \"x\"\r\n\r\n")
        }
        let client = try stage.client()
        for (status, length) in [(304, "77"), (204, nil)] {
            try client.send(Request(target: "/public/\(tag)-\(status)").text)
            let response = try client.response()
            #expect(response.status == status)
            #expect(response.field("content-length") == length)
            #expect(response.fields.all("transfer-encoding") == [])
        }
    }

    @Test(
        "A body where none may be reaches nobody: not this client, and not the next request on either connection",
        arguments: [
            "HEAD 200 OK", "HEAD 404 Not Found", "GET 204 No Content", "GET 304 Not Modified", "POST 204 No Content",
            "POST 304 Not Modified",
        ])
    func lies(what: String) throws {
        let words = what.split(separator: " ", maxSplits: 1).map(String.init)
        let poison = "HTTP/1.1 200 OK\r\nX-Upstream: poison\r\nContent-Length: 6\r\n\r\npoison"
        for framing in [
            "Content-Length: \(poison.utf8.count)\r\n\r\n\(poison)",
            "Transfer-Encoding: chunked\r\n\r\n\(String(poison.utf8.count, radix: 16))\r\n\(poison)\r\n0\r\n\r\n",
            "\r\n\(poison)",
        ] {
            let tag = TestToken.newJTI()
            stage.upstream.script(tag) { try $0.send("HTTP/1.1 \(words[1])\r\n\(framing)") }
            let client = try stage.client()
            try client.send(
                Request(method: words[0], target: "/public/\(tag)", body: words[0] == "POST" ? "x" : nil).text)
            let response = try client.response(to: words[0])
            #expect(what.contains(" \(response.status) "))
            for index in 0..<3 {
                try client.send(Request(target: "/public/after-\(index)").text)
                #expect(try client.response().echo().requestLine == "GET /public/after-\(index) HTTP/1.1")
            }
        }
    }
}
