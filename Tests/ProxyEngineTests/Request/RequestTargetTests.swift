import ProxyEngine
import Testing

@Suite("A target is a path, an absolute URI of this host, or * of OPTIONS (RFC 9112 §3.2)")
struct RequestTargetTests {
    static let paths: [(String, String, String)] = [
        ("/", "/", ""),
        ("/a/b", "/a/b", ""),
        ("/?", "/", "?"),
        ("/a?b/c", "/a", "?b/c"),
        ("//a", "//a", ""),
        ("/a:b@c", "/a:b@c", ""),
        ("/http://evil/", "/http://evil/", ""),
        ("http://example.com/", "/", ""),
        ("HTTP://EXAMPLE.com/A?b", "/A", "?b"),
        ("https://example.com/a", "/a", ""),
        ("http://example.com//a", "//a", ""),
        ("http://example.com/a@b", "/a@b", ""),
    ]

    @Test("A path and its query are told apart", arguments: paths)
    func reads(target: String, path: String, query: String) throws {
        let parts = try #require(readRequest(request("GET \(target) HTTP/1.1")).parts)
        #expect(parts.path == path)
        #expect(parts.query == query)
    }

    static let malformed: [(String, TargetFault)] = [
        ("*", .form),
        ("**", .form),
        ("*/", .form),
        ("a", .form),
        ("?a", .form),
        ("#a", .form),
        (".", .form),
        ("\\a", .form),
        ("%2Fa", .form),
        ("example.com:80", .form),
        ("example.com/a", .form),
        (":", .form),
        ("://", .scheme),
        ("http:", .form),
        ("http:/", .form),
        ("http:example.com/", .form),
        ("http:/example.com/", .form),
        ("http:\\\\example.com/", .form),
        ("http:////", .authority),
        ("://example.com/", .scheme),
        ("httpx://example.com/", .scheme),
        ("ftp://example.com/", .scheme),
        ("ws://example.com/", .scheme),
        ("file:///etc/passwd", .scheme),
        ("javascript://example.com/", .scheme),
        ("http%3A://example.com/", .scheme),
        ("http://other.com/", .authority),
        ("http://example.com:80/", .authority),
        ("http://example.com./", .authority),
        ("http://example.co/", .authority),
        ("http://example.comm/", .authority),
        ("http:///", .authority),
        ("http://example.com#/", .authority),
        ("http://example.com\\/", .authority),
        ("http://user@example.com/", .userinfo),
        ("http://user:pass@example.com/", .userinfo),
        ("http://@example.com/", .userinfo),
        ("http://example.com@other.com/", .userinfo),
        ("http://example.com", .form),
        ("http://example.com?a", .form),
        ("/a?b#c", .character),
        ("/a?\u{80}", .character),
        ("/a?b\u{FF}", .character),
        ("http://example.com/?#", .character),
    ]

    @Test("Any other target is refused", arguments: malformed)
    func refuses(target: String, fault: TargetFault) {
        #expect(readRequest(request("GET \(target) HTTP/1.1")).outcome == .malformed(.target(fault)))
    }

    @Test(
        "The authority is compared with the Host field as it is",
        arguments: ["example.com:8080", "[::1]:80", "[2001:DB8::1]"])
    func comparesTheAuthority(host: String) {
        let head = "GET http://\(host.lowercased())/ HTTP/1.1\r\nHost: \(host)\r\n\r\n"
        #expect(readRequest(head).outcome == .complete)
        let other = "GET http://\(host)1/ HTTP/1.1\r\nHost: \(host)\r\n\r\n"
        #expect(readRequest(other).outcome == .malformed(.target(.authority)))
    }

    @Test("Without a Host field there is nothing an absolute target could agree with")
    func refusesAnAuthorityWithoutHost() {
        #expect(readRequest("GET http://example.com/ HTTP/1.0\r\n\r\n").outcome == .malformed(.target(.authority)))
        #expect(readRequest("GET http:/// HTTP/1.0\r\n\r\n").outcome == .malformed(.target(.authority)))
    }

    @Test("* is the target of OPTIONS alone")
    func readsTheAsterisk() {
        #expect(readRequest(request("OPTIONS * HTTP/1.1")).outcome == .asterisk)
        for method in ["GET", "options", "CONNECT", "HEAD", "OPTIONSX"] {
            #expect(readRequest(request("\(method) * HTTP/1.1")).outcome == .malformed(.target(.form)))
        }
    }

    @Test("The framing of OPTIONS * is read like any other")
    func framesTheAsterisk() {
        let head = RequestHead()
        let octets = octets(request("OPTIONS * HTTP/1.1", "Content-Length: 5"))
        #expect(head.reading(of: octets).outcome == .asterisk)
        #expect(head.framing == .length(5))
        #expect(head.length == octets.count)
    }

    @Test(
        "CONNECT is told from all that has a path",
        arguments: ["example.com:443", "[::1]:1", "a", "?", "http://example.com/", "%", "\u{FF}"])
    func readsConnect(target: String) {
        #expect(readRequest(request("CONNECT \(target) HTTP/1.1")).outcome == .connect)
    }

    @Test(
        "A path may hold whatever is printed, for it is judged where paths are matched",
        arguments: 0...255 as ClosedRange<UInt8>)
    func pathOctet(octet: UInt8) {
        let reading = readRequest(request("GET /a\(character(octet))b HTTP/1.1"))
        #expect((reading.outcome == .complete) == (octet > 0x20 && octet != 0x7F))
    }

    @Test("A query holds no control, blank, number sign or octet above ASCII", arguments: 0...255 as ClosedRange<UInt8>)
    func queryOctet(octet: UInt8) {
        let reading = readRequest(request("GET /a?\(character(octet))b HTTP/1.1"))
        #expect((reading.outcome == .complete) == (0x21...0x7E ~= octet && octet != UInt8(ascii: "#")))
    }
}
