import ProxyEngine
import Testing

@Suite("A status line is HTTP/1.1 SP CODE SP [REASON] (RFC 9112 §4)")
struct StatusLineTests {
    static let complete: [(String, Int)] = [
        ("HTTP/1.1 200 OK", 200), ("HTTP/1.1 200 ", 200), ("HTTP/1.0 404 Not Found", 404), ("HTTP/1.1 599 x", 599),
        ("HTTP/1.1 100 ", 100),
        ("HTTP/1.1 101 Switching", 101), ("HTTP/1.1 200 a\tb  c \u{E9}\u{FF}", 200), ("HTTP/1.1 200  OK", 200),
        ("HTTP/1.1 299 :", 299),
    ]

    @Test("A line of the grammar is read", arguments: complete)
    func reads(line: String, status: Int) {
        #expect(readResponse("\(line)\r\nA: b\r\n\r\n").parts?.status == status)
        #expect(readResponse("\(line)\r\n\r\n").parts?.status == status)
    }

    static let malformed: [(String, ResponseFault)] = [
        ("", .statusLine),
        ("200 OK", .statusLine),
        (" HTTP/1.1 200 OK", .statusLine),
        ("http/1.1 200 OK", .statusLine),
        ("HTTP/1.1 200", .statusLine),
        ("HTTP/1.1  200 OK", .statusLine),
        ("HTTP/1.1\t200 OK", .statusLine),
        ("HTTP/1.1 200\tOK", .statusLine),
        ("HTTP/1.1 20 OK", .statusLine),
        ("HTTP/1.1 2000 OK", .statusLine),
        ("HTTP/1.1 2x0 OK", .statusLine),
        ("HTTP/1.1 +20 OK", .statusLine),
        ("HTTP/1.1 -20 OK", .statusLine),
        ("HTTP/1.1 000 OK", .statusLine),
        ("HTTP/1.1 099 OK", .statusLine),
        ("HTTP/1.1 600 OK", .statusLine),
        ("HTTP/1.1 999 OK", .statusLine),
        ("HTTP/1.1 200 O\u{0}K", .statusLine),
        ("HTTP/1.1 200 O\u{7F}K", .statusLine),
        ("HTTP/1.1 200 O\u{1B}K", .statusLine),
        ("HTTP/1.1 200 OK\n", .statusLine),
        ("HTTP/1.1 200 OK\rA: b", .statusLine),
        ("HTTP/1.1 200 OK\r", .statusLine),
        ("HTTP/1.1 200 OK\nA: b", .statusLine),
        ("ICY 200 OK", .statusLine),
        ("HTTP/1 200 OK", .statusLine),
        ("HTTP/1.x 200 OK", .statusLine),
        ("HTTP/2.0 200 OK", .versionUnsupported),
        ("HTTP/1.2 200 OK", .versionUnsupported),
        ("HTTP/0.9 200 OK", .versionUnsupported),
    ]

    @Test("Any other line is refused", arguments: malformed)
    func refuses(line: String, fault: ResponseFault) {
        #expect(readResponse("\(line)\r\nContent-Length: 0\r\n\r\n").outcome == .malformed(fault))
    }

    @Test("A body without a head is no response", arguments: ["<html></html>", "{}", "\r\n", "\u{0}"])
    func refusesOtherBytes(bytes: String) {
        #expect(readResponse(bytes).outcome == .malformed(.statusLine))
    }

    @Test("A reason holds no control octet but HTAB", arguments: 0...255 as ClosedRange<UInt8>)
    func reasonOctet(octet: UInt8) {
        let reading = readResponse("HTTP/1.1 200 O\(character(octet))K\r\n\r\n")
        #expect((reading.outcome == .complete) == isFieldContent(octet))
    }
}
