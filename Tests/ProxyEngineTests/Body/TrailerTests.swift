import ProxyEngine
import Testing

@Suite("Trailers are checked and dropped (RFC 9112 §7.1.2)")
struct TrailerTests {
    static let wellFormed = [
        "", "A: b\r\n", "A:\r\n", "A: b\r\nC:\td \r\n", "X-User-Id: admin\r\n", "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content_Length: 1\r\n", "Host: a\r\nHost: b\r\n",
    ]

    @Test("Fields of the grammar are dropped, whatever their names", arguments: wellFormed)
    func reads(trailers: String) {
        #expect(readBody("1\r\nx\r\n0\r\n\(trailers)\r\n") == BodyReading("x", .end))
    }

    static let malformed: [(String, FieldFault)] = [
        ("A : b\r\n", .blankBeforeColon), (" A: b\r\n", .folded), ("A: b\r\n c\r\n", .folded), (": b\r\n", .emptyName),
        ("A\r\n", .illegalNameOctet),
        ("A: b\n", .bareLineFeed), ("\n", .bareLineFeed), ("A: \r", .bareCarriageReturn), ("\rA", .bareCarriageReturn),
        ("A: \u{0}\r\n", .illegalValueOctet), ("\u{0}\r\n", .illegalNameOctet),
        ("GET / HTTP/1.1\r\n", .blankBeforeColon),
    ]

    @Test("Anything else is refused", arguments: malformed)
    func refuses(trailers: String, fault: FieldFault) {
        #expect(readBody("1\r\nx\r\n0\r\n\(trailers)\r\n") == BodyReading("x", .malformed(.trailer(fault))))
    }

    @Test("Their number has a limit")
    func isLimitedInNumber() {
        func trailers(_ count: Int) -> String { (0..<count).map { "T\($0): v\r\n" }.joined() }
        let limit = EngineLimits.maxTrailerFields
        #expect(readBody("0\r\n\(trailers(limit))\r\n").end == .end)
        #expect(readBody("0\r\n\(trailers(limit + 1))\r\n").end == .malformed(.chunk(.trailerTooLarge)))
    }

    @Test("Their size has a limit, exact to the octet")
    func isLimitedInSize() {
        func reading(_ octetCount: Int, isWhole: Bool) -> BodyReading.End {
            let value = String(repeating: "v", count: octetCount - (isWhole ? 7 : 3))
            let body = octets("0\r\nT: \(value)\(isWhole ? "\r\n\r\n" : "")")
            return BodyReading(of: [body[...]], as: .chunked).end
        }
        let limit = EngineLimits.maxTrailers
        #expect(reading(limit, isWhole: true) == .end)
        #expect(reading(limit + 1, isWhole: true) == .malformed(.chunk(.trailerTooLarge)))
        #expect(reading(limit, isWhole: false) == .needMore)
        #expect(reading(limit + 1, isWhole: false) == .malformed(.chunk(.trailerTooLarge)))
    }
}
