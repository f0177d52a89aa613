internal import Testing

/// Each test counts descriptors, so each has a gateway of its own.
@Suite("Clients that vanish at any byte of a request")
struct VanishingClientWireTests {
    private static let forms = [
        "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=\"y\"\r\nllo\r\n0\r\nX: 1\r\n\r\n",
    ]

    @Test(
        "The upstream never takes its part for the whole, and nothing of it stays", .stage(.open), arguments: forms,
        ["close", "reset", "half-close"])
    func vanishes(form: String, how: String) throws {
        let stage = try Stage.current
        #expect(try stage.get("/before").outcome == "200 upstream")
        let whole = Array("POST /vanish HTTP/1.1\r\nHost: a\r\n\(form)".utf8)
        try stage.expectingNoLeak {
            for count in 0..<whole.count {
                let client = try stage.client()
                try client.send(Array(whole[..<count]))
                switch how {
                case "close": client.close()
                case "reset": client.reset()
                default:
                    client.finishSending()
                    // It may be told that its request is none, and no more than that.
                    if let response = try? client.response() { #expect(response.status >= 400) }
                    client.close()
                }
            }
        }
        // Connections that saw a part of a request serve no other.
        #expect(try stage.get("/after").outcome == "200 upstream")
        let seen = stage.upstream.requests("/vanish")
        try eventually("the upstream to see the ends") { seen.allSatisfy(\.hasEnded) }
        #expect(seen.allSatisfy { !$0.body.isComplete })
    }

    @Test("A client that vanishes at any byte of its response leaves nothing behind either", .stage(.open))
    func vanishesInResponse() throws {
        let stage = try Stage.current
        stage.upstream.script("/response") { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        }
        #expect(try stage.get("/before").outcome == "200 upstream")
        try stage.expectingNoLeak {
            for count in 0..<60 {
                let client = try stage.client()
                try client.send(Request(target: "/response").text)
                if count > 0 { _ = try client.bytes(count) }
                if count % 2 == 0 { client.reset() } else { client.close() }
            }
        }
        #expect(try stage.get("/after").outcome == "200 upstream")
    }
}
