import ProxyEngine
import Testing

@Suite("Host is there once and is a host with an optional port (RFC 9112 §3.2)")
struct HostFieldTests {
    static let valid = [
        "a", "example.com", "EXAMPLE.com", "example.com.", "a_b.internal", "xn--bcher-kva.example", "127.0.0.1", "a:80",
        "a:0",
        "a:00080", "a:65535", "127.0.0.1:8080", "[::1]", "[::]", "[::1]:8080", "[2001:db8::1]",
        "[2001:DB8:0:0:0:0:0:1]",
        "[::ffff:192.0.2.1]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[1::]", "[::2:3:4:5:6:7:8]",
        "[1:2:3:4:5:6:1.2.3.4]", "a-b~c",
    ]

    @Test("A host is taken as it is", arguments: valid)
    func reads(host: String) {
        #expect(readRequest("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").parts?.host == host)
        #expect(readRequest("GET / HTTP/1.1\r\nhOsT:\t\(host) \t\r\n\r\n").parts?.host == host)
    }

    static let malformed = [
        "", " ", ":", ":80", "a:", "a:b", "a:+80", "a:-1", "a: 80", "a :80", "a:80:80", "a:65536",
        "a:99999999999999999999", "a:8\u{B2}",
        "a b", "a,b", "a, b", "a/b", "a/", "/a", "http://a", "a@b", "@a", "user:pass@a", "a?b", "a#b", "a\\b", "a;b",
        "a=b", "a\"b", "a'b",
        "a%b", "a%41", "a<b", "b\u{FC}cher.example", "a|b", "a^b", "a{b}", "a*b", "*", "a$b", "a(b)", "[", "]", "[]",
        "[]:80", "[::1",
        "::1", "1:2:3:4:5:6:7:8", "[::1]a", "[::1]80", "[::1]:", "[::1]:x", "[::1]:65536", "[[::1]]", "[::1%eth0]",
        "[::1%25eth0]", "[g::]",
        "[v1.a]", "[a]", "[:]", "[:::]", "[::1::]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]",
        "[12345::]", "[:1]",
        "[1:]", "[1.2.3.4]", "[::1.2.3]", "[::1.2.3.4.5]", "[::1.2.3.256]", "[::01.2.3.4]", "[::1.2.3.4:5]",
        "[1:2:3:4:5:6:7:1.2.3.4]",
        "[::1.2.3.]", "[::a.2.3.4]",
    ]

    @Test("Anything else is refused", arguments: malformed)
    func refuses(host: String) {
        #expect(readRequest("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").outcome == .malformed(.hostMalformed))
        #expect(readRequest("GET / HTTP/1.0\r\nHost: \(host)\r\n\r\n").outcome == .malformed(.hostMalformed))
    }

    @Test("A second Host is refused, also where both are the same", arguments: ["a", "b", ""])
    func refusesASecond(host: String) {
        let outcome = readRequest("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: \(host)\r\n\r\n").outcome
        #expect(outcome == .malformed(.hostRepeated))
    }

    @Test(
        "HTTP/1.1 needs a Host, and no other name will do",
        arguments: ["Hos", "Hostt", "H-ost", "Host_", "X-Host", "X-Forwarded-Host"])
    func needsAHost(name: String) {
        #expect(readRequest("GET / HTTP/1.1\r\n\(name): a\r\n\r\n").outcome == .malformed(.hostMissing))
    }

    @Test("A name holds letters, digits and - . _ ~", arguments: 0...255 as ClosedRange<UInt8>)
    func hostOctet(octet: UInt8) {
        let reading = readRequest("GET / HTTP/1.1\r\nHost: a\(character(octet))1\r\n\r\n")
        let isAllowed = folded(character(octet)) != "" || "-._~:".utf8.contains(octet)
        #expect((reading.outcome == .complete) == isAllowed)
    }
}
