import ProxyEngine
import Testing

@Suite("A chunk's size is hexadecimal and nothing else (RFC 9112 §7.1)")
struct ChunkSizeTests {
    static let sizes: [(String, Int)] = [
        ("1", 1), ("a", 10), ("A", 10), ("f", 15), ("F", 15), ("10", 16), ("fF", 255), ("001", 1),
        ("00000000000000a", 10), ("0ff", 255),
    ]

    @Test("A size is read in either case and with leading zeros", arguments: sizes)
    func reads(size: String, count: Int) {
        let data = String(repeating: "d", count: count)
        #expect(readBody("\(size)\r\n\(data)\r\n0\r\n\r\n").data == data)
    }

    @Test("A size of zero in any length ends the body", arguments: ["0", "00", "000000000000000"])
    func endsTheBody(size: String) {
        let reading = readBody("1\r\na\r\n\(size)\r\n\r\n")
        #expect(reading.data == "a")
        #expect(reading.end == .end)
    }

    @Test(
        "The largest size waits for its data",
        arguments: ["fffffffffffffff", "FFFFFFFFFFFFFFF", "7fffffffffffffff".dropLast().description])
    func readsTheLargest(size: String) {
        let reading = readBody("\(size)\r\nabc")
        #expect(reading.data == "abc")
        #expect(reading.end == .needMore)
    }

    static let malformed: [(String, ChunkFault)] = [
        ("", .size), (" 1", .size), ("\t1", .size), ("+1", .size), ("-1", .size), ("-0", .size), ("0x1", .size),
        ("x", .size), ("g", .size),
        ("\u{0}", .size), (",1", .size), ("\"1\"", .size), ("1.0", .size), ("1,1", .size), ("1 ", .size),
        ("1\t", .size), ("1_0", .size),
        ("1h", .size), ("1 ;a", .size), ("1\u{0}", .size), ("\u{B2}", .size), ("1\u{B2}", .size), (":", .size),
        ("/", .size), ("@", .size),
        ("`", .size), ("G", .size), ("1\u{16}", .size),
        ("0000000000000001", .sizeTooLarge), ("1000000000000000", .sizeTooLarge), ("7fffffffffffffff", .sizeTooLarge),
        ("8000000000000000", .sizeTooLarge), ("ffffffffffffffff", .sizeTooLarge), ("10000000000000005", .sizeTooLarge),
        ("fffffffffffffffffffffff5", .sizeTooLarge),
    ]

    @Test("Any other size is refused, also behind good chunks", arguments: malformed)
    func refuses(size: String, fault: ChunkFault) {
        #expect(readBody("\(size)\r\na\r\n0\r\n\r\n").end == .malformed(.chunk(fault)))
        #expect(readBody("2\r\nab\r\n\(size)\r\na\r\n0\r\n\r\n") == BodyReading("ab", .malformed(.chunk(fault))))
    }

    @Test("A size line ends with CRLF")
    func needsItsEnd() {
        #expect(readBody("1\na\r\n0\r\n\r\n").end == .malformed(.chunk(.size)))
        #expect(readBody("1\ra\r\n0\r\n\r\n").end == .malformed(.chunk(.lineEnd)))
        #expect(readBody("1\r\r\na\r\n").end == .malformed(.chunk(.lineEnd)))
        #expect(readBody("1;a\na\r\n0\r\n\r\n").end == .malformed(.chunk(.extensionSyntax)))
        #expect(readBody("1;a\ra\r\n0\r\n\r\n").end == .malformed(.chunk(.lineEnd)))
        #expect(readBody("0\n\n").end == .malformed(.chunk(.size)))
        #expect(readBody("1\r").end == .needMore)
    }

    static let dataEnds = ["", "\n", "\r", "\n\r", "\r\r\n", "a\r\n", " \r\n", "\u{0}", "0\r\n"]

    @Test("A chunk's data ends with CRLF, not one octet earlier or later", arguments: dataEnds)
    func refusesOtherEnds(end: String) {
        let reading = readBody("3\r\nabc\(end)1\r\nx\r\n0\r\n\r\n")
        #expect(reading == BodyReading("abc", .malformed(.chunk(.dataEnd))))
    }

    @Test("A size may be one hexadecimal digit or not", arguments: 0...255 as ClosedRange<UInt8>)
    func sizeOctet(octet: UInt8) {
        let reading = readBody("\(character(octet))\r\n")
        let isDigit = "0123456789abcdefABCDEF".utf8.contains(octet)
        #expect((reading.end == .needMore) == isDigit)
    }
}

extension BodyReading {
    init(_ data: String, _ end: End, rest: String = "") {
        (self.data, self.end, self.rest) = (data, end, rest)
    }
}
