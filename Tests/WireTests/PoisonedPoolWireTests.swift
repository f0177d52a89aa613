internal import Testing

/// Whoever can put bytes on a connection that waits in the pool answers the next user's request, and whoever can leave a
/// body unfinished there swallows it. Each test counts connections, so each has a gateway and an upstream of its own.
@Suite("Connections to an upstream that nobody may use again")
struct PoisonedPoolWireTests {
    @Test("One over which something comes that nobody asked for, long after its response", .stage(.open))
    func unasked() throws {
        let stage = try Stage.current
        let (responseIsThere, poisonIsSent) = (Gate(), Gate())
        stage.upstream.script("/first") { exchange in
            try exchange.respond(body: "first")
            try responseIsThere.wait()
            try exchange.send("HTTP/1.1 200 OK\r\nX-Upstream: poison\r\nContent-Length: 6\r\n\r\npoison")
            poisonIsSent.open()
        }
        #expect(try stage.get("/first").text == "first")
        responseIsThere.open()
        try poisonIsSent.wait()
        for target in ["/second", "/third"] {
            let echo = try stage.get(target).echo()
            #expect(echo.requestLine == "GET \(target) HTTP/1.1" && echo.connection == 2)
        }
    }

    @Test("One whose response is followed by another in the same moment, however they are cut", .stage(.open))
    func twoAtOnce() throws {
        let stage = try Stage.current
        let poison = "HTTP/1.1 200 OK\r\nX-Upstream: poison\r\nContent-Length: 6\r\n\r\npoison"
        // Sizes at which a read of the gateway may end with the first response.
        for size in [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536] {
            let head = "HTTP/1.1 200 OK\r\nContent-Length: "
            let body = String(repeating: "a", count: size - head.utf8.count - "\(size)".utf8.count - 4)
            let first = "\(head)\(body.utf8.count)\r\n\r\n\(body)"
            stage.upstream.script("/first\(size)") { try $0.send(first + poison) }
            let client = try stage.client()
            try client.send(
                Request(target: "/first\(size)").text + Request(target: "/second\(size)").text
                    + Request(target: "/third\(size)").text)
            #expect(try client.response().text == body)
            for target in ["/second\(size)", "/third\(size)"] {
                #expect(try client.response().echo().requestLine == "GET \(target) HTTP/1.1")
            }
        }
    }

    @Test(
        "One whose response came before the end of the request's body: the next request would be part of it",
        .stage(.open),
        arguments: ["Content-Length: 2\r\n\r\nno", "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"])
    func unfinished(rest: WireText) throws {
        let stage = try Stage.current
        stage.upstream.script("/early") { try $0.send("HTTP/1.1 403 Forbidden\r\n\(rest.text)") }
        let client = try stage.client()
        try client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\nbeginning")
        #expect(try client.response().status == 403)
        for target in ["/second", "/third"] {
            let echo = try stage.get(target).echo()
            #expect(echo.requestLine == "GET \(target) HTTP/1.1" && echo.connection == 2)
        }
        #expect(stage.upstream.requests("/early").allSatisfy { $0.body.bytes.count <= "beginning".utf8.count })
    }
}
