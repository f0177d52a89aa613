internal import Testing

/// Each test looks at the most memory its gateway ever had, so each has one of its own.
@Suite("A gigabyte, with a reader that stops for a while")
struct LargeWireTests {
    private static let count = 1 << 30
    /// Where the reader stops, and does not go on before the writer is held back.
    private static let half = count / 2

    @Test("Down: it arrives whole, and is nowhere kept", .stage(.open), arguments: ["Content-Length", "until close"])
    func download(framing: String) throws {
        let stage = try Stage.current
        let stalled = Gate()
        stage.upstream.script("/large") { exchange in
            let length = framing == "Content-Length" ? "Content-Length: \(Self.count)\r\n" : ""
            try exchange.send("HTTP/1.1 200 OK\r\n\(length)\r\n")
            try LargeStream.send(Self.count, on: exchange.socket, pausingAt: Self.half, stalled: stalled)
            exchange.close()
        }
        let client = try stage.client()
        // Plain for an HTTP/1.0 client, so that there is nothing to take apart.
        try client.send("GET /large HTTP/1.0\r\n\r\n")
        while try !client.line().isEmpty {}
        try LargeStream.receive(
            Self.count, startingWith: client.buffered(), from: client.socket, pausingAt: Self.half, stalled: stalled)
        #expect(try client.isClosed())
        #expect(try stage.gateway.neverHeldMore(thanMegabytes: 64))
    }

    @Test("Up: it arrives whole, and is nowhere kept", .stage(.open))
    func upload() throws {
        let stage = try Stage.current
        let stalled = Gate()
        let whole = Gate()
        stage.upstream.script("/large") { exchange in
            try LargeStream.receive(
                Self.count, startingWith: exchange.buffered(), from: exchange.socket, pausingAt: Self.half,
                stalled: stalled)
            whole.open()
            try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            exchange.close()
        }
        let client = try stage.client()
        try client.send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.count)\r\n\r\n")
        try LargeStream.send(Self.count, on: client.socket, pausingAt: Self.half, stalled: stalled)
        #expect(try client.response(within: .seconds(60)).status == 200)
        try whole.wait()
        #expect(try stage.gateway.neverHeldMore(thanMegabytes: 64))
    }
}
