import ProxyEngine
import Testing

@Suite("No client sets a reserved name, in no spelling")
struct ReservedNameTests {
    static let reserved = ["X-User-Id", "X-User-Email", "X-User-Role", "X-Gateway-Secret"]

    static let own = [
        "Proxy", "Proxy-Authorization", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host",
        "X-Forwarded-Port",
        "X-Forwarded-Server", "X-Forwarded-Uri", "X-Forwarded-Prefix", "X-Real-IP", "X-Request-Id", "X-Original-URL",
        "X-Rewrite-URL",
        "X-HTTP-Method-Override",
    ]

    /// Every way of writing a name that some upstream folds into the same one.
    static func spellings(of name: String) -> [String] {
        var spellings = [name, name.lowercased(), name.uppercased()]
        for separator in ["_", ".", "", "--", "~", "!", "-_-", "'", "|", "*", "#", "$", "%", "&", "+", "^", "`"] {
            spellings.append(name.replacing("-", with: separator))
            spellings.append(name.lowercased().replacing("-", with: separator) + separator)
            spellings.append(separator + name.uppercased())
        }
        spellings.append(name.map { "\($0)" }.joined(separator: "_"))
        spellings.append(
            String(name.enumerated().map { $0.offset % 2 == 0 ? Character($0.element.lowercased()) : $0.element }))
        return spellings
    }

    @Test("A forged field does not pass", arguments: reserved + own)
    func drops(name: String) {
        for spelling in Self.spellings(of: name) {
            let forwarded = forward(request("GET / HTTP/1.1", "\(spelling): forged", "X-A: b"), reserved: Self.reserved)
            #expect(
                forwarded.hasPrefix("GET / HTTP/1.1\r\nHost: example.com\r\nX-A: b\r\n\(forwardingLines)"),
                "\(spelling)")
            #expect(!forwarded.contains("forged"), "\(spelling)")
        }
    }

    @Test("Many forged fields side by side do not pass")
    func dropsMany() {
        let lines = Self.reserved.flatMap { Self.spellings(of: $0).prefix(20) }.map { "\($0): forged\r\n" }
        let head = "GET / HTTP/1.1\r\n\(lines.joined())Host: example.com\r\n\r\n"
        #expect(
            forward(head, vouched: "X-User-Id: u-1\r\n", reserved: Self.reserved).hasPrefix(
                "GET / HTTP/1.1\r\nHost: example.com\r\nVia: 1.1 gateway\r\n"))
    }

    @Test(
        "Another name passes",
        arguments: ["X-User-Ids", "X-User", "XX-User-Id", "User-Id", "X-User-Id2", "X-Forwarded", "X-Use-rId-X"])
    func passesOthers(name: String) {
        let forwarded = forward(request("GET / HTTP/1.1", "\(name): kept"), reserved: Self.reserved)
        #expect(forwarded.contains("\r\n\(name): kept\r\n"))
    }

    @Test("What the gateway vouches for stands last, once")
    func vouches() {
        let forwarded = forward(
            request("GET / HTTP/1.1", "X-User-Id: forged", "x_user_id: forged"),
            vouched: "X-User-Id: u-1\r\nX-User-Role: admin\r\n",
            reserved: Self.reserved)
        #expect(forwarded.hasSuffix("\r\nX-User-Id: u-1\r\nX-User-Role: admin\r\n\r\n"))
        #expect(!forwarded.contains("forged"))
    }
}
