internal import Testing

extension GatewayConfiguration {
    fileprivate static let targets = GatewayConfiguration(
        routes: """
            *    /public/**      public
            *    /admin/**       role=admin
            *    /r/rest         role=admin
            GET  /items/{id}     public
            *    /café           public
            *    /open/**        public  tolerate=encoded-slash,encoded-backslash,semicolon,empty-segment,double-escape
            *    /**             authenticated
            """)
}

@Suite("Request targets", .stage(.targets))
struct TargetWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    /// The request line as it is, so that a target may hold anything.
    private func ask(_ target: String, host: String = "gateway.test", _ token: TestToken? = nil) throws -> Response {
        let bearer = token.map { "\($0.bearer)\r\n" } ?? ""
        return try stage.send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\(bearer)\r\n")
    }

    @Test(
        "A path is forwarded byte for byte, and so is the query, whatever is in it",
        arguments: [
            "/public", "/public/", "/public/a", "/public/a/b/", "/public/%72", "/public/a%20b", "/public/%C3%A9",
            "/public/%c3%a9", "/public/%e2%82%ac", "/public/~!$&'()*+,=:@-._", "/public/[x]|^", "/public/a..b",
            "/public/.a", "/public/a.", "/public/%25", "/public/%25x", "/public/%3f", "/public/%23", "/%70ublic/x",
            "/public/%7E", "/caf%C3%A9", "/caf%c3%a9", "/c%61f%C3%A9",
            "/public/%E2%80%A6x", "/public/%EF%BC%A1", "/public/%20x", "/public/%E6%9D%B1%E4%BA%AC%E3%80%80x",
            "/items/7", "/items/%37", "/items/a%20b",
            "/public/x?", "/public/x?a=1&b=%20x", "/public/x?a=..//;x\\", "/public/x?%2e%2e%2f%00%0d%0a%ff%zz%",
            "/public/x?q={}|^[]\"<>`", "/public/x??a?b", "/public/x?access_token=abc", "/open/a%2Fb", "/open/a%5cb",
            "/open/a;b=1", "/open/a%3bb", "/open//x", "/open/a//", "/open/%2541",
        ])
    func forwarded(target: String) throws {
        #expect(try ask(target).echo().requestLine == "GET \(target) HTTP/1.1")
    }

    @Test(
        "An ambiguous path is refused and explained, whoever asks",
        arguments: [
            // Invalid escapes, escapes of controls and of invalid UTF-8, escapes of escapes.
            "/public/%", "/public/%2", "/public/%zz", "/public/%1g", "/public/%%41", "/public/%00", "/public/%0a",
            "/public/%0D%0A", "/public/%1f", "/public/%7f", "/public/%ff", "/public/%c0%af", "/public/%e2%82",
            "/public/%ed%a0%80", "/public/%f4%90%80%80", "/public/%252e", "/public/%252F", "/public/%2541",
            "/public/%25%32%65",
            // Encoded separators.
            "/public/a%2fb", "/public/a%2Fb", "/public/..%2fadmin", "/public/%2e%2e%2fadmin", "/public/a%5cb",
            "/public/a%5Cb", "/public/a%3bb", "/public/a%3Bb", "/admin%2f", "/admin%2fx",
            // Empty segments and segments of dots, with and without blanks.
            "//", "//admin", "//public/x", "/public//x", "/public///", "/public/x//", "/./admin", "/../admin",
            "/api/..//admin", "/public/.", "/public/..", "/public/./x", "/public/../admin", "/public/x/../../admin",
            "/public/%2e%2e/admin", "/public/%2E%2e/x", "/public/.%2e/x", "/public/%2e", "/public/...", "/public/....",
            "/public/..%20", "/public/%20..", "/public/.%20./x", "/public/%20.%20",
            // Bytes that are none of a path's.
            "/public/a;b", "/admin;x", "/public/..;/admin", "/public\\admin", "/public/a\\b", "/public/x#y",
            "/public/é", "/public/\"x\"", "/public/<x>", "/public/{x}", "/public/`x`", "/public/x?a#b", "/public/x?é",
            // What another spelling would have decided otherwise.
            "/PUBLIC/x", "/Public", "/ADMIN", "/Admin/x", "/aDmin/x", "/R/rest", "/r/REST", "/r/rest/", "/items/7/",
            "/ITEMS/7",
            // What Unicode's NFKC turns into dots, a separator or a name of another rule; blanks at the ends of one.
            "/public/%ef%bc%8e%ef%bc%8e/admin", "/public/%E2%80%A5/admin", "/public/.%EF%B9%92/admin",
            "/public/%E2%80%A4%E2%80%A4%C2%A0/admin", "/public%EF%BC%8Fadmin", "/public/..%EF%BC%BCadmin",
            "/public/a%EF%BC%85b", "/admin%EF%BC%9Bx", "/admin%CD%BEx", "/admin%EF%BC%9F", "/admin%EF%BC%83",
            "/%20admin", "/admin%20", "/admin%20/x", "/%E3%80%80admin", "/adm%EF%BD%89n", "/%E2%92%9Cdmin/%20",
            "/%F0%9D%96%86dmin/x", "/PUBL%E2%85%A0C", "/cafe%CC%81", "/public/%20", "/public/%E3%80%80/x",
            // Never tolerated.
            "/open/../admin", "/open/%2e%2e/admin", "/open/%00", "/open/%zz", "/open/%ff", "/open/a\"b", "/open/%252e",
            "/open/%252e%252e/admin",
        ])
    func refused(target: String) throws {
        #expect(try ask(target).outcome == "400 target_ambiguous")
        #expect(try ask(target, TestToken(role: "admin")).outcome == "400 target_ambiguous")
    }

    @Test(
        "Control bytes and blanks in a target are no target",
        arguments: ["/public/\u{1}", "/public/\u{7f}", "/public/\t", "/public/a b"])
    func controls(target: WireText) throws {
        #expect(try ask(target.text).outcome.hasPrefix("400 "))
    }

    @Test(
        "Escapes do not escape a rule", arguments: ["/%61dmin/x", "/admin%2Ex", "/%72/rest", "/r/%72est", "/%61%64min"])
    func escapedLiteral(target: String) throws {
        let outcome = try ask(target, TestToken(role: "user")).outcome
        // ".x" behind "admin" is another segment, which `/**` decides.
        #expect(outcome == (target == "/admin%2Ex" ? "200 upstream" : "403 role_required"))
    }

    @Test(
        "A trailing slash where it changes nothing is fine",
        arguments: ["/", "/x/", "/admin/", "/public/x/", "/items/"])
    func trailingSlash(target: String) throws {
        #expect(try ask(target, TestToken(role: "admin")).echo().requestLine == "GET \(target) HTTP/1.1")
    }

    @Test("An absolute target of the same authority goes on in origin form")
    func absoluteForm() throws {
        let echo = try ask("http://gateway.test/public/x?a=1").echo()
        #expect(echo.requestLine == "GET /public/x?a=1 HTTP/1.1")
        #expect(echo.all("host") == ["gateway.test"])
        let withPort = try ask("http://gateway.test:8080/public/x", host: "gateway.test:8080").echo()
        #expect(withPort.requestLine == "GET /public/x HTTP/1.1")
        #expect(try ask("http://gateway.test/admin/x", TestToken(role: "user")).outcome == "403 role_required")
    }

    @Test(
        "An absolute target of another authority, with user information or of another scheme is refused",
        arguments: [
            "http://other.test/public/x", "http://u@gateway.test/public/x", "http://gateway.test:81/public/x",
            "ftp://gateway.test/public/x", "file:///public/x", "http:///public/x", "http:/public/x",
            "gateway.test/public/x", "public/x", "?x", "*", "\\public",
        ])
    func otherForms(target: String) throws {
        #expect(try ask(target).outcome.hasPrefix("400 "))
    }

    @Test("OPTIONS * is answered here")
    func optionsAsterisk() throws {
        let response = try stage.send("OPTIONS * HTTP/1.1\r\nHost: gateway.test\r\n\r\n")
        #expect(response.status == 204)
        #expect(response.field("x-upstream") == nil)
    }

    @Test("OPTIONS with Max-Forwards: 0 is answered here, another method is not (RFC 9110 §7.6.2)")
    func maxForwards() throws {
        let last = try stage.send("OPTIONS /public/x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n")
        #expect(last.status == 204 && last.field("x-upstream") == nil && last.field("allow") != nil)
        let passing = try stage.send("OPTIONS /public/x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\n\r\n")
        #expect(try passing.echo().fields.all("max-forwards") == ["1"])
        let other = try stage.send("GET /public/x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n")
        #expect(try other.echo().fields.all("max-forwards") == ["0"])
    }

    @Test(
        "Host is a host and perhaps a port",
        arguments: [
            "a b", "a/b", "u@a", "a,b", "a:x", "a:80:80", "[::1", "[::1]x", "a\\b", "a?b", "a#b", "[zz]", "a%", "é",
            "a:-1",
        ])
    func hostAnomalies(host: String) throws {
        #expect(try ask("/public/x", host: host).outcome == "400 request_malformed")
    }

    @Test(
        "Hosts as they should be",
        arguments: ["a", "a.b:80", "127.0.0.1", "[::1]", "[::1]:8080", "a_b", "xn--caf-dma.test"])
    func hosts(host: String) throws {
        #expect(try ask("/public/x", host: host).echo().all("host") == [host])
    }
}

@Suite("paths exact", .stage(GatewayConfiguration(settings: "paths exact", routes: "* /a public\n* /** authenticated")))
struct ExactPathsWireTests {
    @Test("Other spellings are decided by the rule that they match", arguments: ["/A", "/a/"])
    func exact(target: String) throws {
        let stage = try Stage.current
        #expect(try stage.get(target).outcome == "401 token_missing")
        #expect(try stage.get("/a").outcome == "200 upstream")
    }
}
