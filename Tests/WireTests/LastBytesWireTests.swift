internal import Testing

/// A connection that is closed while bytes wait in it loses them, unless the one who closes it waits for them.
@Suite("The last bytes before a connection ends", .stage(.open))
struct LastBytesWireTests {
    private static let body = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8)) }

    let stage: Stage

    init() throws { stage = try Stage.current }

    private enum Ending: String, CaseIterable {
        case length = "Content-Length", chunked, untilClose

        func head(_ count: Int) -> String {
            switch self {
            case .length: "HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n"
            case .chunked: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(count, radix: 16))\r\n"
            case .untilClose: "HTTP/1.1 200 OK\r\n\r\n"
            }
        }
    }

    /// The client does not read before the upstream has sent all, or as much as anybody takes.
    private func expectWhole(_ count: Int, _ ending: Ending, request: (String) -> String) throws {
        let tag = TestToken.newJTI()
        let waits = Gate()
        stage.upstream.script(tag) { exchange in
            try exchange.send(ending.head(count))
            if case .stalled(let sent) = exchange.socket.offer(Self.body[..<count], until: .after(.milliseconds(200))) {
                waits.open()
                try exchange.send(Array(Self.body[sent..<count]))
            }
            if ending == .chunked { try exchange.send("\r\n0\r\n\r\n") }
            waits.open()
            exchange.close()
        }
        let client = try stage.client()
        try client.send(request(tag))
        try waits.wait()
        let response = try client.response(within: .seconds(30))
        #expect(response.status == 200 && response.isComplete)
        // Not the bytes themselves, which a report would spell out.
        let hadCount = response.body.bytes.count
        let isSame = response.body.bytes.elementsEqual(Self.body[..<count])
        #expect(hadCount == count && isSame)
        #expect(try client.isClosed())
    }

    /// Among these are sizes that fill the buffers of both kernels and a part of the gateway's own.
    private static let sizes = [300_000] + stride(from: 2_500_000, through: 6_000_000, by: 250_000)

    @Test(
        "A client that reads late gets all of a response that closes its connection",
        arguments: ["Content-Length", "chunked", "untilClose"])
    func closing(ending: String) throws {
        guard let ending = Ending(rawValue: ending) else { return }
        for count in Self.sizes {
            try expectWhole(count, ending) { "GET /\($0) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" }
            try expectWhole(count, ending) { "GET /\($0) HTTP/1.0\r\n\r\n" }
        }
    }

    @Test(
        "So does one whose request was answered before its end",
        arguments: ["Content-Length", "chunked", "untilClose"])
    func early(ending: String) throws {
        guard let ending = Ending(rawValue: ending) else { return }
        for count in [2_000_000, 5_000_000] {
            try expectWhole(count, ending) { "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\nx" }
        }
    }

    @Test("So does one that said that it will send no more", arguments: ["Content-Length", "chunked", "untilClose"])
    func halfClosed(ending: String) throws {
        guard let ending = Ending(rawValue: ending) else { return }
        let tag = TestToken.newJTI()
        let count = 5_000_000
        stage.upstream.script(tag) { exchange in
            try exchange.send(ending.head(count))
            try exchange.send(Array(Self.body[..<count]))
            if ending == .chunked { try exchange.send("\r\n0\r\n\r\n") }
            exchange.close()
        }
        let client = try stage.client()
        try client.send(Request(target: "/\(tag)").text)
        client.finishSending()
        let response = try client.response(within: .seconds(30))
        let hadCount = response.body.bytes.count
        #expect(response.isComplete && hadCount == count)
        #expect(try client.isClosed())
    }

    @Test("So does one that reads later than the gateway lingers for the rest of a request that was answered early")
    func lingering() throws {
        let tag = TestToken.newJTI()
        let sizes = Self.sizes
        let waits = sizes.map { _ in Gate() }
        for (index, size) in sizes.enumerated() {
            stage.upstream.script("\(tag)-\(index)-") { exchange in
                try exchange.send(Ending.untilClose.head(size))
                if case .stalled(let sent) = exchange.socket.offer(
                    Self.body[..<size], until: .after(.milliseconds(200)))
                {
                    waits[index].open()
                    try exchange.send(Array(Self.body[sent..<size]))
                }
                waits[index].open()
                exchange.close()
            }
        }
        let announced = "Host: a\r\nContent-Length: 900000\r\n\r\nx"
        let clients = try sizes.indices.map { index in
            let client = try stage.client()
            try client.send("POST /\(tag)-\(index)- HTTP/1.0\r\n\(announced)")
            return client
        }
        for wait in waits { try wait.wait() }

        // One that is answered after them all, and that the gateway gives up after them all.
        stage.upstream.script("\(tag)-witness") { try $0.respond() }
        let witness = try stage.client()
        try witness.send("POST /\(tag)-witness HTTP/1.1\r\n\(announced)")
        #expect(try witness.response().status == 200)
        try eventually("the gateway to linger no more") { try !witness.socket.send([0x78]) }

        for (index, client) in clients.enumerated() {
            let response = try client.response(within: .seconds(30))
            let hadCount = response.body.bytes.count
            #expect(hadCount == sizes[index] || !response.isComplete, "it looks complete")
            #expect(hadCount == sizes[index])
        }
    }
}
