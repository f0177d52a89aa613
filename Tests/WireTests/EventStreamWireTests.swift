internal import Testing

@Suite("Event streams", .stage(.open))
struct EventStreamWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    /// The upstream sends an event when the client has had the one before: one that were held back would be the last.
    @Test(
        "Each event reaches the client before the next is sent",
        arguments: ["Transfer-Encoding: chunked", "Connection: close", "Content-Length: 240"], ["1.0", "1.1"])
    func events(framing: String, version: String) throws {
        let tag = TestToken.newJTI()
        let had = (0..<20).map { _ in Gate() }
        stage.upstream.script(tag) { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\(framing)\r\n\r\n")
            for index in had.indices {
                let event = "data: \(index + 10)\r\n\r\n"
                try exchange.send(framing.hasPrefix("T") ? "c\r\n\(event)\r\n" : event)
                try had[index].wait()
            }
            if framing.hasPrefix("T") { try exchange.send("0\r\n\r\n") }
            if framing.hasPrefix("Con") { exchange.close() }
        }
        let client = try stage.client()
        try client.send("GET /\(tag) HTTP/\(version)\r\nHost: a\r\n\r\n")
        while try !client.line().isEmpty {}
        for index in had.indices {
            while try client.line() != "data: \(index + 10)" {}
            had[index].open()
        }
        if version == "1.1", !framing.contains("Length") { while try client.line() != "0" {} }
    }
}
