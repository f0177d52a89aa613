import ProxyEngine
import Testing

@Suite("A request line is METHOD SP TARGET SP HTTP/1.1 and nothing else (RFC 9112 §3)")
struct RequestLineTests {
    static let complete = [
        "GET / HTTP/1.1", "get / HTTP/1.1", "M-SEARCH / HTTP/1.1", "!#$%&'*+-.^_`|~09azAZ / HTTP/1.1",
        "GET /a?b HTTP/1.1",
        "GET /? HTTP/1.1", "GET / HTTP/1.0",
    ]

    @Test("A line of the grammar is read", arguments: complete)
    func reads(line: String) {
        #expect(readRequest(request(line)).outcome == .complete)
    }

    static let malformed: [(String, RequestFault)] = [
        ("", .requestLine),
        (" GET / HTTP/1.1", .requestLine),
        ("\tGET / HTTP/1.1", .requestLine),
        ("GET", .method),
        ("GET\t/ HTTP/1.1", .method),
        ("G:T / HTTP/1.1", .method),
        ("G\u{0}T / HTTP/1.1", .method),
        ("\u{C4}GET / HTTP/1.1", .requestLine),
        ("GET/ HTTP/1.1", .method),
        ("GET  / HTTP/1.1", .requestLine),
        ("GET ", .requestLine),
        ("GET /", .requestLine),
        ("GET /  HTTP/1.1", .version),
        ("GET / HTTP/1.1 ", .requestLine),
        ("GET / HTTP/1.1\t", .requestLine),
        ("GET / HTTP/1.1 HTTP/1.1", .requestLine),
        ("GET /a b HTTP/1.1", .version),
        ("GET /\t HTTP/1.1", .target(.character)),
        ("GET /a\u{0}b HTTP/1.1", .target(.character)),
        ("GET /a\u{7F}b HTTP/1.1", .target(.character)),
        ("GET /\u{B} HTTP/1.1", .target(.character)),
        ("GET /\rHTTP/1.1", .requestLine),
        ("GET /\nHTTP/1.1", .requestLine),
        ("GET\n/ HTTP/1.1", .method),
    ]

    @Test("Any other line is refused", arguments: malformed)
    func refuses(line: String, fault: RequestFault) {
        #expect(readRequest(request(line)).outcome == .malformed(fault))
    }

    @Test("A line must end with CRLF")
    func needsItsEnd() {
        #expect(readRequest("GET / HTTP/1.1\nHost: a\r\n\r\n").outcome == .malformed(.requestLine))
        #expect(readRequest("GET / HTTP/1.1\rHost: a\r\n\r\n").outcome == .malformed(.field(.bareCarriageReturn)))
        #expect(readRequest("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n").outcome == .malformed(.field(.bareCarriageReturn)))
    }

    @Test("An empty line before it is no part of a head")
    func hasNoEmptyLineBefore() {
        #expect(readRequest("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").outcome == .malformed(.requestLine))
    }

    @Test(
        "Other protocols are recognised at their first octets",
        arguments: ["\u{16}\u{3}\u{1}\u{2}\u{0}", "\u{0}", "{\"a\":1}"])
    func refusesOtherProtocols(start: String) {
        #expect(readRequest(start).isMalformed)
    }

    @Test("A method may hold the octets of a token, and no other", arguments: 0...255 as ClosedRange<UInt8>)
    func methodOctet(octet: UInt8) {
        let reading = readRequest(request("G\(character(octet))T / HTTP/1.1"))
        #expect((reading.outcome == .complete) == isTokenCharacter(octet))
    }

    @Test("The parts of a line are what they were sent as")
    func keepsItsParts() throws {
        let parts = try #require(readRequest(request("PATCH /a%2Fb/\u{E9};x?c=d?e HTTP/1.1")).parts)
        #expect(parts.method == "PATCH")
        #expect(parts.path == "/a%2Fb/\u{E9};x")
        #expect(parts.query == "?c=d?e")
        #expect(parts.version == .http11)
    }
}
