import ProxyEngine
import Testing

@Suite("An upstream may have its own Host and its paths elsewhere")
struct UpstreamSettingsTests {
    private func upstream(host: String? = nil, strip: Int = 0, base: String = "") -> UpstreamSettings {
        let server = UpstreamSettings.Server(host: "10.0.0.1", port: 80)
        return UpstreamSettings(
            name: "app", servers: [server], host: host, strippedPrefix: String(repeating: "/s", count: strip),
            basePath: base)
    }

    @Test("Its Host replaces the client's, which is told in X-Forwarded-Host", arguments: ["1.0", "1.1"])
    func replacesHost(version: String) {
        let head = "GET / HTTP/\(version)\r\nX-A: b\r\nHost: example.com\r\nX-C: d\r\n\r\n"
        let forwarded = forward(head, to: upstream(host: "app.internal"))
        let expected = "GET / HTTP/1.1\r\nHost: app.internal\r\nX-A: b\r\nX-C: d\r\n" + forwardingLines
        let whole = expected + "X-Forwarded-Host: example.com\r\n" + requestIDLine + "\r\n"
        #expect(forwarded == (version == "1.0" ? whole.asReceivedInOldVersion : whole))
    }

    static let paths = [
        (1, "", "/app/x", "/x"), (1, "", "/app/", "/"), (1, "", "/app", "/"), (1, "", "/app?q", "/?q"),
        (1, "/v1", "/app/x?q", "/v1/x?q"), (0, "/v1", "/x", "/v1/x"), (0, "/v1", "/", "/v1/"), (2, "/c", "/a/b", "/c/"),
        (2, "", "/a/b/c/d", "/c/d"), (1, "", "/%61pp/%78", "/%78"), (1, "", "/", "/"), (9, "", "/a/b?/c", "/?/c"),
        (1, "", "http://example.com/app/x", "/x"),
    ]

    @Test("Segments are taken off and a base put in front; the rest stays byte for byte", arguments: paths)
    func rewritesPaths(strip: Int, base: String, target: String, path: String) {
        let forwarded = forward(request("GET \(target) HTTP/1.1"), to: upstream(strip: strip, base: base))
        #expect(forwarded.hasPrefix("GET \(path) HTTP/1.1\r\nHost: example.com\r\n"))
    }
}
