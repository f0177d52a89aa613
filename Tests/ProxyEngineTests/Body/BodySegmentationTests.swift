import NIOCore
import ProxyEngine
import Testing

/// Each test of a body reads it in all segments too (see `readBody`).
@Suite("How a body is cut into segments changes nothing, and what is behind it stays unread")
struct BodySegmentationTests {
    static let next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test(
        "Behind the last chunk",
        arguments: [
            ("0\r\n\r\n", ""),
            ("3\r\nabc\r\n0\r\n\r\n", "abc"),
            ("1\r\na\r\n2;x=y\r\nbc\r\n0003\r\n\r\n0\r\n0\r\nT: v\r\n\r\n", "abc\r\n0"),
            ("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"),
        ])
    func chunked(body: String, data: String) {
        #expect(readBody(body) == BodyReading(data, .end))
        #expect(readBody(body + Self.next) == BodyReading(data, .end, rest: Self.next))
        #expect(readBody(body + "\u{0}") == BodyReading(data, .end, rest: "\u{0}"))
        for count in 0..<octets(body).count {
            let part = octets(body)[..<count]
            #expect(BodyReading(of: [part], as: .chunked).end == .needMore)
        }
    }

    @Test("Behind its length", arguments: [1, 2, 31])
    func length(count: Int) {
        let data = String(repeating: "\u{0}", count: count)
        #expect(readBody(data, as: .length(count)) == BodyReading(data, .end))
        #expect(readBody(data + Self.next, as: .length(count)) == BodyReading(data, .end, rest: Self.next))
        #expect(readBody(data, as: .length(count + 1)) == BodyReading(data, .needMore))
        #expect(readBody(data, as: .length(.max)) == BodyReading(data, .needMore))
    }

    @Test("A message without a body leaves everything unread", arguments: [BodyFraming.none, .length(0)])
    func none(framing: BodyFraming) {
        #expect(readBody(Self.next, as: framing) == BodyReading("", .end, rest: Self.next))
    }

    @Test("Until the connection closes everything is data")
    func untilClose() {
        #expect(readBody(Self.next, as: .untilClose) == BodyReading(Self.next, .needMore))
        #expect(BodyDecoder(.untilClose).endsWithConnection)
        #expect(!BodyDecoder(.length(1)).endsWithConnection)
        #expect(!BodyDecoder(.chunked).endsWithConnection)
    }

    @Test("A decoder that is at its end stays there")
    func staysAtItsEnd() {
        var (decoder, input) = (BodyDecoder(.chunked), ByteBuffer(string: "0\r\n\r\n1\r\na\r\n"))
        for _ in 0..<3 {
            guard case .end = decoder.next(&input) else { return #expect(Bool(false)) }
        }
        #expect(decoder.isAtEnd)
        #expect(text(input) == "1\r\na\r\n")
    }
}
