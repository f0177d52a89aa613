internal import Testing

/// Each test counts descriptors, so each has a gateway of its own.
@Suite("Upstreams that vanish at any byte of a response")
struct VanishingUpstreamWireTests {
    private static let forms = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    ]

    @Test(
        "What is cut off never looks complete, and the next request is served", .stage(.open), arguments: forms,
        ["close", "reset"])
    func vanishes(form: String, how: String) throws {
        let stage = try Stage.current
        let whole = Array(form.utf8)
        stage.upstream.script("/cut-") { exchange in
            let count = exchange.request.target.split(separator: "-").last.flatMap { Int($0) } ?? 0
            try exchange.send(Array(whole[..<count]))
            if how == "reset" { exchange.reset() } else { exchange.close() }
        }
        #expect(try stage.get("/before").outcome == "200 upstream")
        try stage.expectingNoLeak {
            for count in 0..<whole.count {
                for version in ["1.0", "1.1"] {
                    let client = try stage.client()
                    try client.send("GET /cut-\(count) HTTP/\(version)\r\nHost: a\r\n\r\n")
                    #expect(try !looksComplete(client), "\(count) bytes, HTTP/\(version)")
                }
            }
        }
        #expect(try stage.get("/after").outcome == "200 upstream")
    }

    /// A 502 is the gateway's own word that there is nothing; anything else must be visibly unfinished.
    private func looksComplete(_ client: RawClient) throws -> Bool {
        do {
            var response = try client.response()
            while response.status < 200 { response = try client.response() }
            return response.isComplete && response.outcome != "502 upstream_invalid"
        } catch is WireFault {
            return false  // a reset overtook the head
        }
    }
}
