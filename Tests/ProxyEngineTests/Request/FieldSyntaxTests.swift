import ProxyEngine
import Testing

@Suite("A field line is name: value CRLF, without repair (RFC 9112 §5)")
struct FieldSyntaxTests {
    static let wellFormed = [
        "a:b", "a: b", "a:\tb", "a:  \t b \t ", "a:", "a: ", "a:\t", "a: b:c", "a: \u{80}\u{FF}", "a: b\tc",
        "A!#$%&'*+-.^_`|~9: x",
        "a: \"quoted, \\\" text\"", "a: b c", "1: 2",
    ]

    @Test("A line of the grammar is read", arguments: wellFormed)
    func reads(line: String) {
        #expect(readRequest(request("GET / HTTP/1.1", line)).outcome == .complete)
        #expect(readResponse("HTTP/1.1 200 OK\r\n\(line)\r\n\r\n").outcome == .complete)
    }

    static let malformed: [(String, FieldFault)] = [
        (":", .emptyName),
        (": b", .emptyName),
        (" : b", .folded),
        (" a: b", .folded),
        ("\ta: b", .folded),
        (" ", .folded),
        ("\t", .folded),
        ("a : b", .blankBeforeColon),
        ("a\t: b", .blankBeforeColon),
        ("a b: c", .blankBeforeColon),
        ("a", .illegalNameOctet),
        ("a;b", .illegalNameOctet),
        ("a\u{0}: b", .illegalNameOctet),
        ("a\u{7F}: b", .illegalNameOctet),
        ("\u{E9}: b", .illegalNameOctet),
        ("a(b): c", .illegalNameOctet),
        ("\"a\": c", .illegalNameOctet),
        ("a/b: c", .illegalNameOctet),
        ("\u{0}", .illegalNameOctet),
        ("a\n: b", .bareLineFeed),
        ("\na: b", .bareLineFeed),
        ("a: b\nc: d", .bareLineFeed),
        ("a: b\n", .bareLineFeed),
        ("a: \n", .bareLineFeed),
        ("a:\n", .bareLineFeed),
        ("a: b\rc", .bareCarriageReturn),
        ("a:\rb", .bareCarriageReturn),
        ("a: b\r", .bareCarriageReturn),
        ("\ra: b", .bareCarriageReturn),
        ("a\r: b", .illegalNameOctet),
        ("a: \u{0}", .illegalValueOctet),
        ("a: b\u{0}c", .illegalValueOctet),
        ("a: \u{1}", .illegalValueOctet),
        ("a: \u{8}", .illegalValueOctet),
        ("a: \u{B}", .illegalValueOctet),
        ("a: \u{1B}[31m", .illegalValueOctet),
        ("a: \u{1F}", .illegalValueOctet),
        ("a: \u{7F}", .illegalValueOctet),
    ]

    @Test("Any other line is refused, wherever it stands", arguments: malformed)
    func refuses(line: String, fault: FieldFault) {
        let fault = RequestFault.field(fault)
        #expect(readRequest("GET / HTTP/1.1\r\n\(line)\r\nHost: a\r\n\r\n").outcome == .malformed(fault))
        #expect(readRequest("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n").outcome == .malformed(fault))
        #expect(readRequest("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\nb: c\r\n\r\n").outcome == .malformed(fault))
    }

    @Test("A response's fields are held to the same", arguments: malformed)
    func refusesInResponses(line: String, fault: FieldFault) {
        #expect(readResponse("HTTP/1.1 200 OK\r\n\(line)\r\n\r\n").outcome == .malformed(.field(fault)))
    }

    @Test("A folded line is refused behind any field", arguments: [" b", "\tb", " ", "  : b", "\t\tX: y"])
    func refusesFolds(line: String) {
        for field in ["Host: a", "X: y", "Content-Length: 1", "Transfer-Encoding:"] {
            #expect(readRequest("GET / HTTP/1.1\r\n\(field)\r\n\(line)\r\n\r\n").outcome == .malformed(.field(.folded)))
            #expect(
                readResponse("HTTP/1.1 200 OK\r\n\(field)\r\n\(line)\r\n\r\n").outcome == .malformed(.field(.folded)))
        }
    }

    @Test("The empty line must be CRLF")
    func needsAnEmptyLine() {
        #expect(readRequest("GET / HTTP/1.1\r\nHost: a\r\n\n").outcome == .malformed(.field(.bareLineFeed)))
        #expect(readRequest("GET / HTTP/1.1\r\nHost: a\r\n\r\r\n").outcome == .malformed(.field(.bareCarriageReturn)))
        #expect(readRequest("GET / HTTP/1.1\r\nHost: a\n\n").outcome == .malformed(.field(.bareLineFeed)))
        #expect(readRequest("GET / HTTP/1.1\r\nHost: a\r\n").outcome == .incomplete)
        #expect(readRequest("GET / HTTP/1.1\r\nHost: a\r\n\r").outcome == .incomplete)
        #expect(readRequest("GET / HTTP/1.1\r\n\r\n").outcome == .malformed(.hostMissing))
    }

    @Test("A name holds the octets of a token, and no other", arguments: 0...255 as ClosedRange<UInt8>)
    func nameOctet(octet: UInt8) {
        let reading = readRequest(request("GET / HTTP/1.1", "x\(character(octet))y: z"))
        #expect((reading.outcome == .complete) == (isTokenCharacter(octet) || octet == UInt8(ascii: ":")))
    }

    /// Values are looked at eight octets at a time, so each octet is put at every place within sixteen.
    @Test("A value holds no control octet but HTAB, at any place", arguments: 0...255 as ClosedRange<UInt8>)
    func valueOctet(octet: UInt8) {
        let head = RequestHead()
        for place in 0..<17 {
            for filler in ["a", "\u{80}", "\t", " ", "~", "\u{FF}"] {
                let value =
                    String(repeating: filler, count: place) + character(octet)
                    + String(repeating: filler, count: 16 - place)
                let outcome = head.reading(of: octets(request("GET / HTTP/1.1", "x: \(value)"))).outcome
                #expect(
                    (outcome == .complete) == isFieldContent(octet), "place \(place) among \(filler.debugDescription)")
            }
        }
    }
}
