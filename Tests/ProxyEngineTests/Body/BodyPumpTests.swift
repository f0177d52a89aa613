import NIOCore
import ProxyEngine
import Testing

@Suite("A body is moved whole, chunked anew and within its limit")
struct BodyPumpTests {
    private func move(
        _ body: String, from framing: BodyFraming, as encoding: BodyEncoding, head: String = "", limit: Int = .max
    ) -> (BodyPump.Outcome, RecordingSink, BodyPump) {
        let sink = RecordingSink()
        var (pump, decoder) = (BodyPump(out: ByteBuffer(string: head), encoding: encoding), BodyDecoder(framing))
        var input = ByteBuffer.behindEarlierMessage(octets(body))
        let outcome = pump.move(&decoder, &input, limit: limit, to: sink)
        return (outcome, sink, pump)
    }

    @Test("A small message leaves in one write with its head")
    func small() {
        let (outcome, sink, pump) = move(
            "2\r\nab\r\n1;x\r\nc\r\n0\r\nT: v\r\n\r\n", from: .chunked, as: .chunked, head: "HEAD")
        #expect(outcome == .end)
        #expect(sink.writes.count == 1)
        #expect(sink.text == "HEAD2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
        #expect(pump.octets == 3)
    }

    static let sizes: [(Int, String)] = [
        (1, "1"), (15, "f"), (16, "10"), (255, "ff"), (4095, "fff"), (4096, "1000"), (4097, "1001"), (65535, "ffff"),
        (65536, "10000"),
        (1_048_576, "100000"),
    ]

    @Test("A chunk's size is written in hexadecimal, small or large", arguments: sizes)
    func writesSizes(count: Int, size: String) {
        let data = String(repeating: "d", count: count)
        let (outcome, sink, _) = move(data, from: .length(count), as: .chunked, head: "H")
        #expect(outcome == .end)
        #expect(sink.text == "H\(size)\r\n\(data)\r\n0\r\n\r\n")
        #expect(readBody(String(sink.text.dropFirst().prefix(300))).end == (count < 256 ? .end : .needMore))
    }

    @Test("A body that keeps its form is passed as it is", arguments: [0, 1, 4096, 4097, 100_000])
    func identity(count: Int) {
        let data = String(repeating: "d", count: count)
        for framing in [BodyFraming.length(count), .untilClose] {
            let (outcome, sink, pump) = move(data, from: framing, as: .identity, head: "H")
            #expect(outcome == (framing == .untilClose ? .needMore : .end))
            #expect(sink.text == "H" + data)
            #expect(pump.octets == count)
        }
    }

    @Test("An unfinished body has no last chunk")
    func unfinished() {
        for body in ["", "2\r\n", "2\r\na", "2\r\nab", "2\r\nab\r\n", "2\r\nab\r\n0\r\n"] {
            let (outcome, sink, _) = move(body, from: .chunked, as: .chunked)
            #expect(outcome == .needMore)
            #expect(!sink.text.contains("0\r\n"))
        }
    }

    @Test("A malformed body has no last chunk")
    func malformed() {
        let (outcome, sink, _) = move("2\r\nabX", from: .chunked, as: .chunked)
        #expect(outcome == .malformed(.chunk(.dataEnd)))
        #expect(!sink.text.contains("0\r\n"))
    }

    @Test("What passes the limit does not go on", arguments: [0, 1, 3, 4, 5])
    func limit(limit: Int) {
        let bodies: [(String, BodyFraming)] = [("abcd", .length(4)), ("2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", .chunked)]
        for (body, framing) in bodies {
            let (outcome, sink, _) = move(body, from: framing, as: .identity, limit: limit)
            #expect(outcome == (limit < 4 ? .tooLarge : .end))
            #expect(sink.text.utf8.count <= limit)
        }
    }

    @Test("Many chunks do not pile up")
    func many() {
        let chunk = "1000\r\n" + String(repeating: "d", count: 4096) + "\r\n"
        let (outcome, sink, pump) = move(
            String(repeating: chunk, count: 100) + "0\r\n\r\n", from: .chunked, as: .identity)
        #expect(outcome == .end)
        #expect(pump.octets == 409_600)
        #expect(sink.writes.allSatisfy { $0.readableBytes <= EngineLimits.readAhead + EngineLimits.copyLimit + 16 })
    }
}
