import ProxyEngine
import Testing

/// Each test of a request reads all beginnings of it too (see `readRequest`); here are heads with a bit of everything.
@Suite("How a head is cut into segments changes nothing")
struct RequestSegmentationTests {
    static let heads = [
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /a/b?c=d HTTP/1.1\r\nHost: example.com:8080\r\nContent-Length: 5\r\nAuthorization: Bearer x.y.z\r\n\r\n",
        "PUT http://[::1]:80/a HTTP/1.1\r\nA:\r\nB: \t\r\nhost:[::1]:80\r\nTransfer-Encoding:\tchunked \r\n\r\n",
        "HEAD /?? HTTP/1.1\r\nConnection: close, X-A,,\r\nX-A: \u{80}\u{FF}\r\nConnection: X-B\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    @Test("Every beginning of a valid head is incomplete, never more and never less", arguments: heads)
    func beginnings(head: String) {
        let reading = readRequest(head)
        #expect(!reading.isMalformed)
        #expect(reading.outcome != .incomplete)
    }

    @Test("Nothing stays of a head that was read before", arguments: heads)
    func forgets(head: String) {
        for earlier in Self.heads + ["GET /x HTTP/1.1\r\nHost: \r\n\r\n", "\u{0}", ""] {
            let used = RequestHead()
            _ = used.reading(of: octets(earlier))
            let fresh = RequestHead()
            #expect(used.reading(of: octets(head)) == fresh.reading(of: octets(head)))
        }
    }
}
