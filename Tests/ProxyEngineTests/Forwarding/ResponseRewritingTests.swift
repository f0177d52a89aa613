import ProxyEngine
import Testing

@Suite("Paths and hosts of its own that an application names")
struct ResponseRewritingTests {
    private func rules(_ prefix: String, _ base: String = "", host: String? = nil) -> ResponseRewriting {
        ResponseRewriting(
            prefix: Array(prefix.utf8), base: Array(base.utf8), host: host,
            authorities: ["127.0.0.1:3000", "app.internal"])
    }

    private func location(
        _ value: String, _ prefix: String, _ base: String = "", host: String? = nil, asked: String? = "gate.example",
        outer: String = ""
    ) -> String {
        let request = ResponseRewriting.Request(
            host: host == nil ? asked.map { Array($0.utf8) } : nil, outerPrefix: Array(outer.utf8))
        return rules(prefix, base, host: host).location(Array(value.utf8), request)
            .map { String(decoding: $0, as: UTF8.self) } ?? value
    }

    static let prefixed = [
        ("/orders/", "/legacy/orders/"), ("/", "/legacy/"), ("/a?b#c", "/legacy/a?b#c"),
        ("/legacyfoo", "/legacy/legacyfoo"),
        // It is there already: the application heeds X-Forwarded-Prefix.
        ("/legacy/orders", "/legacy/orders"), ("/legacy", "/legacy"), ("/legacy?x", "/legacy?x"),
        // Relative references are right as they are; other hosts are none of ours.
        ("orders", "orders"), ("../x", "../x"), ("?x", "?x"), ("#x", "#x"), ("", ""),
        ("//evil.example/x", "//evil.example/x"), ("/\\evil.example", "/\\evil.example"),
        ("https://other.example/x", "https://other.example/x"), ("mailto:a@b", "mailto:a@b"),
        // The server's own address, and the host that it was asked for.
        ("http://127.0.0.1:3000/x", "/legacy/x"), ("HTTP://App.Internal/x", "/legacy/x"),
        ("http://app.internal:80/x", "/legacy/x"), ("http://app.internal", "/legacy/"),
        ("http://app.internal?x", "/legacy/?x"), ("http://gate.example/x", "/legacy/x"),
        ("https://GATE.example:443/x", "/legacy/x"), ("http://gate.example/legacy/x", "/legacy/x"),
        ("http://gate.example:8080/x", "http://gate.example:8080/x"),
        ("http://127.0.0.1:3001/x", "http://127.0.0.1:3001/x"), ("http://127.0.0.1/x", "http://127.0.0.1/x"),
        ("http://app.internal.evil.example/x", "http://app.internal.evil.example/x"),
        ("http://app.internal@evil.example/x", "http://app.internal@evil.example/x"),
        ("http://u@app.internal/x", "http://u@app.internal/x"),
        // What would be another host without the first one's name.
        ("http://app.internal//evil.example", "http://app.internal//evil.example"),
        ("http://app.internal/\\evil.example", "http://app.internal/\\evil.example"),
        ("http:///x", "http:///x"), ("http:/x", "http:/x"),
    ]

    @Test("Behind strip-prefix, references to the application get the prefix", arguments: prefixed)
    func prefix(value: String, expected: String) { #expect(location(value, "/legacy") == expected) }

    static let based = [
        ("/v2/orders", "/legacy/orders"), ("/v2", "/legacy/"), ("/v2?x", "/legacy/?x"), ("/v2/", "/legacy/"),
        ("/v22/x", "/v22/x"), ("/other", "/other"), ("/legacy/orders", "/legacy/orders"),
        ("http://app.internal/v2/x", "/legacy/x"), ("http://app.internal/legacy/x", "/legacy/x"),
        ("http://app.internal/other", "http://app.internal/other"),
    ]

    @Test("The base path is taken off first", arguments: based)
    func base(value: String, expected: String) { #expect(location(value, "/legacy", "/v2") == expected) }

    static let basedOnly = [
        ("/v2/orders", "/orders"), ("/v2", "/"), ("/v2//evil.example", "/v2//evil.example"),
        ("/v2/\\evil.example", "/v2/\\evil.example"), ("http://app.internal/v2/x", "/x"), ("/x", "/x"),
    ]

    @Test("A base path alone is taken off, but where another host would be left", arguments: basedOnly)
    func baseOnly(value: String, expected: String) { #expect(location(value, "", "/v2") == expected) }

    static let hosted = [
        ("http://shop.internal/x", "/x"), ("https://shop.internal:8443/x", "https://shop.internal:8443/x"),
        ("http://shop.internal//evil.example", "http://shop.internal//evil.example"), ("/x", "/x"),
        // The application did not see the client's host, so it means another.
        ("http://gate.example/x", "http://gate.example/x"),
    ]

    @Test("With a Host of its own, that host is the application", arguments: hosted)
    func host(value: String, expected: String) { #expect(location(value, "", host: "shop.internal") == expected) }

    @Test("What proxies in front took off counts as the prefix too")
    func outer() {
        #expect(location("/outer/legacy/x", "/legacy", outer: "/outer") == "/outer/legacy/x")
        #expect(location("/outer/x", "/legacy", outer: "/outer") == "/legacy/outer/x")
    }

    static let cookies = [
        ("a=b; Path=/; HttpOnly", "a=b; Path=/legacy; HttpOnly"), ("a=b;path=/x", "a=b;path=/legacy/x"),
        ("a=b; PATH =  /x ; Secure", "a=b; PATH =  /legacy/x ; Secure"), ("a=b", "a=b"), ("a=b; Path", "a=b; Path"),
        ("a=b; Path=", "a=b; Path="), ("a=b; Path=x", "a=b; Path=x"), ("a=b; Path=/legacy", "a=b; Path=/legacy"),
        ("path=/x; Path=/y", "path=/x; Path=/legacy/y"), ("a=\"b;Path=/x\"", "a=\"b;Path=/legacy/x\""),
        ("__Host-a=b; Path=/; Secure", "__Host-a=b; Path=/; Secure"), ("__host-a=b; Path=/", "__host-a=b; Path=/"),
        ("__Secure-a=b; Path=/; Secure", "__Secure-a=b; Path=/legacy; Secure"),
        ("a=b; Path=/x; Path=/y", "a=b; Path=/legacy/x; Path=/legacy/y"),
        ("a=b; Domain=gate.example", "a=b; Domain=gate.example"),
    ]

    private func cookie(_ value: String, _ rules: ResponseRewriting) -> String {
        rules.cookie(Array(value.utf8), ResponseRewriting.Request(host: nil))
            .map { String(decoding: $0, as: UTF8.self) } ?? value
    }

    @Test("A cookie's path gets the prefix, and nothing else of it changes", arguments: cookies)
    func cookiePath(value: String, expected: String) { #expect(cookie(value, rules("/legacy")) == expected) }

    @Test("A cookie for the application's own host becomes one of the host that was asked")
    func cookieDomain() {
        let own = rules("", host: "shop.internal:8080")
        #expect(cookie("a=b; Domain=.Shop.internal; Path=/", own) == "a=b; Path=/")
        #expect(cookie("a=b; Domain=internal", own) == "a=b; Domain=internal")
    }

    @Test("Octets that are no text stay what they are")
    func octets() {
        let request = ResponseRewriting.Request(host: nil)
        let path = rules("/legacy").location([0x2F, 0xFC, 0xFF], request)
        let cookie = rules("/legacy").cookie(Array("n=".utf8) + [0xFC] + Array("; Path=/".utf8), request)
        #expect(path == Array("/legacy/".utf8) + [0xFC, 0xFF])
        #expect(cookie == Array("n=".utf8) + [0xFC] + Array("; Path=/legacy".utf8))
    }
}
