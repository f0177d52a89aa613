import ProxyEngine
import Testing

@Suite("HTTP/1.1 and HTTP/1.0 are spoken (RFC 9112 §2.3)")
struct RequestVersionTests {
    @Test("Another version is told apart from nonsense", arguments: ["0.9", "0.0", "1.2", "1.9", "2.0", "3.0", "9.9"])
    func refusesOtherVersions(version: String) {
        #expect(readRequest(request("GET / HTTP/\(version)")).outcome == .malformed(.versionUnsupported))
    }

    @Test("The preface of HTTP/2 is another version")
    func refusesHTTP2() {
        #expect(readRequest("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").outcome == .malformed(.versionUnsupported))
    }

    static let malformed = [
        "http/1.1", "Http/1.1", "HTTP 1.1", "HTTP/1,1", "HTTP/11", "HTTP/1.", "HTTP/.1", "HTTP/ 1.1", "HTTP/a.1",
        "HTTP/1.a",
        "HTTP/-1.1", "HTTPS/1.1", "XTTP/1.1", "1.1", "H", "ICY/1.1", "HTTP\\1.1", "HTTP/\u{B1}.1",
    ]

    @Test("A malformed version is refused", arguments: malformed)
    func refuses(version: String) {
        #expect(readRequest(request("GET / \(version)")).outcome == .malformed(.version))
    }

    @Test("A version has two digits", arguments: ["HTTP/1.10", "HTTP/1.11", "HTTP/1.1.1", "HTTP/1.1a"])
    func refusesMoreDigits(version: String) {
        #expect(readRequest(request("GET / \(version)")).outcome == .malformed(.requestLine))
    }

    @Test("HTTP/1.0 needs no Host and closes")
    func readsHTTP10() throws {
        let parts = try #require(readRequest("GET / HTTP/1.0\r\n\r\n").parts)
        #expect(parts.version == .http10)
        #expect(parts.host == nil)
        #expect(parts.traits.contains(.closes))
        let kept = try #require(readRequest("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").parts)
        #expect(kept.traits.contains(.closes))
    }

    @Test("The version of the head before does not stay")
    func forgetsTheVersion() {
        let head = RequestHead()
        _ = head.reading(of: octets("GET / HTTP/1.0\r\n\r\n"))
        _ = head.reading(of: octets("?"))
        #expect(head.version == .http11)
    }
}
