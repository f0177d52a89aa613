import NIOCore
import ProxyEngine
import Testing

private let tail = forwardingLines + "X-Forwarded-Host: example.com\r\n" + requestIDLine + "\r\n"

@Suite("What the upstream gets is the client's own head, without what is for this hop or reserved")
struct UpstreamRequestTests {
    @Test("Fields pass byte for byte, in their order")
    func passesFields() {
        let fields = "accept:*/*\r\nX-A: b \r\nX-A:\tc\t\r\nCookie: a=b; c=\u{E9}\r\nUser-Agent:\r\n"
        let forwarded = forward("POST /a%2f?b=c HTTP/1.1\r\nHost: example.com\r\n\(fields)Content-Length: 3\r\n\r\nabc")
        #expect(forwarded == "POST /a%2f?b=c HTTP/1.1\r\nHost: example.com\r\n\(fields)Content-Length: 3\r\n" + tail)
    }

    static let hopByHop = [
        "Connection: keep-alive", "connection: close", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive",
        "TE: trailers",
        "Trailer: X", "Upgrade: websocket", "UPGRADE: h2c", "HTTP2-Settings: AAMAAABkAAQAAP",
        "Proxy-Authorization: Basic x",
        "Keep_Alive: 1", "T.E: trailers", "connection-: X", "Up_grade: h2c", "Proxy: http://evil", "http2_settings: x",
    ]

    @Test("What is for this hop alone does not pass, wherever it stands", arguments: hopByHop)
    func dropsHopByHop(line: String) {
        let start = "GET / HTTP/1.1\r\n"
        let expected = start + "Host: example.com\r\nX-A: b\r\nX-C: d\r\n" + tail
        let orders = [
            [line, "Host: example.com", "X-A: b", "X-C: d"], ["Host: example.com", "X-A: b", line, "X-C: d"],
            ["Host: example.com", "X-A: b", "X-C: d", line],
            [line, line, "Host: example.com", "X-A: b", line, line, "X-C: d", line, line],
        ]
        for order in orders {
            #expect(forward(start + order.map { $0 + "\r\n" }.joined() + "\r\n") == expected)
        }
    }

    @Test("A head of dropped fields alone leaves its request line")
    func dropsAll() {
        let forwarded = forward("GET / HTTP/1.0\r\nConnection: close\r\nTE: x\r\n\r\n")
        let expected = "GET / HTTP/1.1\r\nHost: upstream.internal:3000\r\n" + forwardingLines + requestIDLine + "\r\n"
        #expect(forwarded == expected.asReceivedInOldVersion)
    }

    @Test("What Connection names does not pass, and what only resembles it does")
    func dropsNominated() {
        let forwarded = forward(
            request(
                "GET / HTTP/1.1", "X-A: 1", "Connection: x-a, X-B,close", "X_A: 2", "x-b: 3", "X-B-C: 4",
                "Connection: cookie", "Cookie: 5"))
        #expect(forwarded == "GET / HTTP/1.1\r\nHost: example.com\r\nX_A: 2\r\nX-B-C: 4\r\n" + tail)
    }

    @Test("Connection can't take away what the gateway adds")
    func keepsItsOwn() {
        let forwarded = forward(
            request("GET / HTTP/1.1", "Connection: X-User-Id, X-Forwarded-For, X-Request-Id, X-Forwarded-Host"),
            vouched: "X-User-Id: u-1\r\n")
        #expect(forwarded == "GET / HTTP/1.1\r\nHost: example.com\r\n" + tail.dropLast() + "X-User-Id: u-1\r\n\r\n")
    }

    @Test("The credentials pass only where the passage says so")
    func authorization() {
        let head = request("GET / HTTP/1.1", "authorization: Bearer a.b.c", "X-A: b")
        #expect(forward(head) == "GET / HTTP/1.1\r\nHost: example.com\r\nX-A: b\r\n" + tail)
        let kept = "GET / HTTP/1.1\r\nHost: example.com\r\nauthorization: Bearer a.b.c\r\nX-A: b\r\n" + tail
        #expect(forward(head, forwardsAuthorization: true) == kept)
        let nominated = request("GET / HTTP/1.1", "Authorization: Bearer a", "Connection: authorization")
        #expect(forward(nominated, forwardsAuthorization: true) == "GET / HTTP/1.1\r\nHost: example.com\r\n" + tail)
    }

    static let targets = [
        ("http://example.com/a?b", "/a?b"), ("HTTPS://EXAMPLE.COM/", "/"), ("http://example.com/?", "/?"),
        ("http://example.com//x", "//x"),
    ]

    @Test("An absolute target goes on in origin-form", arguments: targets)
    func rewritesTargets(target: String, path: String) {
        let expected = "GET \(path) HTTP/1.1\r\nHost: example.com\r\n" + tail
        #expect(forward(request("GET \(target) HTTP/1.1")) == expected)
        let old = forward("GET \(target) HTTP/1.0\r\nHost: example.com\r\n\r\n")
        #expect(old == expected.asReceivedInOldVersion)
    }

    @Test("HTTP/1.0 goes on as HTTP/1.1, with a Host")
    func upgradesTheVersion() {
        let forwarded = forward("POST /a HTTP/1.0\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n")
        let expected = "POST /a HTTP/1.1\r\nHost: upstream.internal:3000\r\nContent-Length: 1\r\n"
        #expect(forwarded == (expected + forwardingLines + requestIDLine + "\r\n").asReceivedInOldVersion)
        let named = forward("GET /a HTTP/1.0\r\nHost: example.com\r\n\r\n")
        #expect(named == ("GET /a HTTP/1.1\r\nHost: example.com\r\n" + tail).asReceivedInOldVersion)
    }

    @Test("HTTP/1.0 has no expectations to forward")
    func dropsExpectations() {
        let fields = "Host: example.com\r\nExpect: 100-continue\r\nContent-Length: 1\r\n"
        #expect(forward("POST /a HTTP/1.1\r\n\(fields)\r\n") == "POST /a HTTP/1.1\r\n\(fields)" + tail)
        #expect(forward("POST /a HTTP/1.0\r\n\(fields)\r\n").contains("Expect") == false)
    }

    static let maxForwards = [
        ("OPTIONS", "Max-Forwards: 1", "Max-Forwards: 0"), ("OPTIONS", "max-forwards:\t10 ", "Max-Forwards: 9"),
        ("OPTIONS", "Max-Forwards: 7\r\nMax-Forwards: 3", "Max-Forwards: 2"),
        ("OPTIONS", "Max-Forwards: x", "Max-Forwards: x"), ("GET", "Max-Forwards: 1", "Max-Forwards: 1"),
        ("OPTIONS", "Max_Forwards: 1", "Max_Forwards: 1"),
    ]

    @Test(
        "Of an OPTIONS request Max-Forwards is one less, and nothing else is (RFC 9110 §7.6.2)", arguments: maxForwards)
    func countsForwards(method: String, line: String, expected: String) {
        let forwarded = forward("\(method) /a HTTP/1.1\r\nHost: example.com\r\n\(line)\r\n\r\n")
        #expect(forwarded == "\(method) /a HTTP/1.1\r\nHost: example.com\r\n\(expected)\r\n" + tail)
    }

    static let framings = [
        ("Transfer-Encoding:\tchunked", "Transfer-Encoding: chunked"),
        ("transfer-encoding:CHUNKED", "transfer-encoding: CHUNKED"),
        ("Transfer-Encoding:  chunked", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked ", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked\t", "Transfer-Encoding: chunked"), ("Content-Length:5", "Content-Length: 5"),
        ("Content-Length:\t5", "Content-Length: 5"), ("Content-Length:   5 \t ", "Content-Length: 5"),
        ("Content-Length: 5", "Content-Length: 5"),
        ("Content-Length: 0", "Content-Length: 0"),
    ]

    @Test("Fields that decide about the message go on without unusual blanks", arguments: framings)
    func plainFraming(line: String, expected: String) {
        let forwarded = forward("POST / HTTP/1.1\r\nHost:\texample.com \r\nX-A:\tb \r\n\(line)\r\nX-C: d\r\n\r\n")
        #expect(forwarded == "POST / HTTP/1.1\r\nHost: example.com\r\nX-A:\tb \r\n\(expected)\r\nX-C: d\r\n" + tail)
    }

    @Test("An upstream's authority has its port unless it is 80, and brackets for IPv6")
    func authorities() {
        let cases = [("a", 80, "a"), ("a", 8080, "a:8080"), ("::1", 80, "[::1]"), ("::1", 81, "[::1]:81")]
        for (host, port, authority) in cases {
            let server = UpstreamSettings.Server(host: host, port: port)
            let forwarded = forward("GET / HTTP/1.0\r\n\r\n", to: UpstreamSettings(name: "app", servers: [server]))
            #expect(forwarded.hasPrefix("GET / HTTP/1.1\r\nHost: \(authority)\r\n"))
        }
    }

    @Test("Bytes behind the head are not part of what is forwarded")
    func leavesTheBody() {
        let forwarded = forward(request("POST / HTTP/1.1", "Content-Length: 30") + "GET /smuggled HTTP/1.1\r\n\r\n")
        #expect(!forwarded.contains("smuggled"))
    }
}
