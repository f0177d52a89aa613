import NIOCore
import ProxyEngine
import Testing

@Suite("What a proxy says of its clients goes on only where it is trusted")
struct TrustedProxyTests {
    static let said = [
        "X-Forwarded-For: 198.51.100.7", "x-forwarded-for: 10.0.0.9", "Forwarded: for=198.51.100.7",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: public.example", "X_Forwarded_For: 203.0.113.66", "X-Forwarded.Proto: ftp",
    ]

    private func forwarded(trusting ranges: [AddressRange]) -> String {
        let head = "GET / HTTP/1.1\r\nHost: example.com\r\n\(Self.said.map { "\($0)\r\n" }.joined())\r\n"
        return forward(head, trusting: ranges)
    }

    private func range(_ octets: [UInt8], _ length: Int) throws -> AddressRange {
        try #require(AddressRange(octets: octets, prefixLength: length))
    }

    @Test("Of a peer that is not trusted nothing is kept")
    func dropsAll() throws {
        let expected =
            "GET / HTTP/1.1\r\nHost: example.com\r\n" + forwardingLines + "X-Forwarded-Host: example.com\r\n"
            + requestIDLine + "\r\n"
        #expect(forwarded(trusting: []) == expected)
        #expect(forwarded(trusting: [try range([192, 0, 2, 2], 32), try range([192, 0, 3, 0], 24)]) == expected)
        #expect(forwarded(trusting: [try range([UInt8](repeating: 0, count: 16), 0)]) == expected)
    }

    @Test("Of a trusted peer the exact names are kept and what it is itself is added")
    func keepsTheChain() throws {
        let expected =
            "GET / HTTP/1.1\r\nHost: example.com\r\nVia: 1.1 gateway\r\nX-Forwarded-For: 198.51.100.7, 10.0.0.9, 192.0.2.1\r\n"
            + "X-Forwarded-Proto: https\r\nForwarded: for=198.51.100.7, for=192.0.2.1;proto=http\r\n"
            + "X-Forwarded-Host: public.example\r\n" + requestIDLine + "\r\n"
        for range in [try range([192, 0, 2, 1], 32), try range([192, 0, 2, 0], 24), try range([0, 0, 0, 0], 0)] {
            #expect(forwarded(trusting: [range]) == expected)
        }
    }

    static let ranges: [([UInt8], Int, String, Bool)] = [
        ([10, 0, 0, 0], 8, "10.255.0.1", true), ([10, 0, 0, 0], 8, "11.0.0.0", false),
        ([10, 0, 0, 1], 32, "10.0.0.1", true),
        ([10, 0, 0, 1], 32, "10.0.0.0", false), ([172, 16, 0, 0], 12, "172.31.9.9", true),
        ([172, 16, 0, 0], 12, "172.32.0.0", false),
        ([0, 0, 0, 0], 0, "255.1.2.3", true), ([0, 0, 0, 0], 0, "::1", false),
        ([10, 0, 0, 0], 8, "::ffff:10.1.2.3", true),
        ([0xFD] + [UInt8](repeating: 0, count: 15), 8, "fd12::1", true),
        ([0xFD] + [UInt8](repeating: 0, count: 15), 8, "fe80::1", false),
        ([10, 0, 0, 0], 31, "10.0.0.1", true), ([10, 0, 0, 0], 31, "10.0.0.2", false),
    ]

    @Test("A range holds the addresses with its first bits", arguments: ranges)
    func contains(octets: [UInt8], length: Int, address: String, isInside: Bool) throws {
        let address = try SocketAddress(ipAddress: address, port: 1)
        #expect(try range(octets, length).contains(address) == isInside)
    }

    @Test("A range has 4 or 16 octets and no longer a prefix than they have bits")
    func refusesRanges() {
        #expect(AddressRange(octets: [], prefixLength: 0) == nil)
        #expect(AddressRange(octets: [1, 2, 3], prefixLength: 8) == nil)
        #expect(AddressRange(octets: [1, 2, 3, 4], prefixLength: 33) == nil)
        #expect(AddressRange(octets: [1, 2, 3, 4], prefixLength: -1) == nil)
    }
}
