import NIOCore
import ProxyEngine
import Testing

@Suite("Who asks, and by which scheme, as trusted proxies say")
struct ForwardedOriginTests {
    private func origin(_ lines: [String]) throws -> ForwardedOrigin {
        let head = RequestHead()
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\(lines.map { "\($0)\r\n" }.joined())\r\n"
        let outcome = head.read(
            .behindEarlierMessage(octets(text)), catalogue: .request(reserved: []), limits: EngineLimits())
        #expect(outcome == .complete)
        let ranges = try [([192, 0, 2, 0], 24), ([10, 0, 0, 0], 8)].map { octets, length in
            try #require(AddressRange(octets: octets, prefixLength: length))
        }
        return try ForwardingFields(peer: SocketAddress(ipAddress: "192.0.2.1", port: 4), trusted: ranges)
            .origin(of: head)
    }

    static let cases: [([String], String, String)] = [
        ([], "192.0.2.1", "http"),
        (["X-Forwarded-For: 9.9.9.9:54321"], "9.9.9.9", "http"),
        (["X-Forwarded-For: [2001:db8::7]"], "2001:db8::7", "http"),
        (["X-Forwarded-For: [2001:db8::7]:443, 10.0.0.1:80,"], "2001:db8::7", "http"),
        (["X-Forwarded-For: 2001:DB8:0::7"], "2001:db8::7", "http"),
        (["X-Forwarded-For: 9.9.9.9:65536"], "192.0.2.1", "http"),
        (["X-Forwarded-For: 9.9.9.9:"], "192.0.2.1", "http"),
        (["X-Forwarded-For: [9.9.9.9]"], "192.0.2.1", "http"),
        (["X-Forwarded-For: [2001:db8::7"], "192.0.2.1", "http"),
        (["X-Forwarded-For: 9.9.9.9, _hidden, 10.0.0.7"], "10.0.0.7", "http"),
        (["X-Forwarded-For: 9.9.9.9", "X-Forwarded-For: 10.0.0.1"], "9.9.9.9", "http"),
        (["X-Forwarded-Proto: HTTPS"], "192.0.2.1", "https"),
        (["X-Forwarded-Proto: wss"], "192.0.2.1", "http"),
        (["X-Forwarded-For: 9.9.9.9, 10.0.0.1", "X-Forwarded-Proto: https, http"], "9.9.9.9", "https"),
        (["X-Forwarded-For: 9.9.9.9", "X-Forwarded-Proto: https, http"], "9.9.9.9", "http"),
        (["X-Forwarded-For: 9.9.9.9, 10.0.0.1", "X-Forwarded-Proto: https"], "9.9.9.9", "https"),
        (["Forwarded: for=9.9.9.9;proto=https, for=10.0.0.1;proto=http"], "9.9.9.9", "https"),
        (["Forwarded: For=\"[2001:db8::7]:443\";Proto=HTTPS;by=_x"], "2001:db8::7", "https"),
        (["Forwarded: for=9.9.9.9;for=8.8.8.8"], "192.0.2.1", "http"),
        (["Forwarded: for=2001:db8::7;proto=https"], "192.0.2.1", "http"),
        (["Forwarded: for=\"9.9.9.9", "Forwarded: proto=https"], "192.0.2.1", "http"),
        (["Forwarded: for=8.8.8.8;proto=https", "X-Forwarded-For: 9.9.9.9"], "9.9.9.9", "http"),
    ]

    @Test("Addresses with ports and brackets, lists of schemes and Forwarded are read", arguments: cases)
    func reads(lines: [String], address: String, scheme: String) throws {
        #expect(try origin(lines) == ForwardedOrigin(address: address, scheme: scheme))
    }

    @Test("No more than the last 32 elements of a list are looked at")
    func bounded() throws {
        func chain(_ proxies: Int) -> String {
            "X-Forwarded-For: 9.9.9.9" + String(repeating: ",10.0.0.1", count: proxies)
        }
        #expect(try origin([chain(31)]).address == "9.9.9.9")
        #expect(try origin([chain(32)]).address == "10.0.0.1")
    }

    @Test("A Forwarded that does not follow the grammar is not passed on")
    func dropsMalformed() throws {
        let range = try #require(AddressRange(octets: [192, 0, 2, 1], prefixLength: 32))
        for value in ["for", "for=", "for=a b", "for=\"a", "for=a,=b", "for=a;for=b"] {
            let out = forward("GET / HTTP/1.1\r\nHost: a\r\nForwarded: \(value)\r\n\r\n", trusting: [range])
            #expect(out.contains("\r\nForwarded: for=192.0.2.1;proto=http\r\n"), "\(value)")
        }
    }
}
