import Routes
import Testing

@Suite struct AmbiguityTests {
    @Test(
        "A path that two readers may understand differently is refused",
        arguments: [
            ("", "notAbsolute"), ("a", "notAbsolute"), ("*", "notAbsolute"), ("/%", "invalidEscape"),
            ("/%4", "invalidEscape"), ("/%4/1", "invalidEscape"), ("/%g1", "invalidEscape"), ("/%00", "encodedControl"),
            ("/%1f", "encodedControl"), ("/%7F", "encodedControl"), ("/a%0d%0a", "encodedControl"),
            ("/%ff", "invalidUTF8"), ("/%c0%ae", "invalidUTF8"), ("/%ed%a0%80", "invalidUTF8"), ("/%c3", "invalidUTF8"),
            ("/%c3/%a9", "invalidUTF8"), ("/%c3a", "invalidUTF8"), ("/%f4%90%80%80", "invalidUTF8"),
            ("/%e2%82", "invalidUTF8"), ("/%2541", "doubleEscape"), ("/a%252f", "doubleEscape"),
            ("/%25%34%31", "doubleEscape"), ("/%2f", "encodedSlash"), ("/a%2Fb", "encodedSlash"),
            ("/a%5cb", "encodedBackslash"), ("/a%3bb", "semicolon"), ("/a;b", "semicolon"), ("/;", "semicolon"),
            ("//", "emptySegment"), ("/a//b", "emptySegment"), ("/a//", "emptySegment"), ("//a", "emptySegment"),
            ("/.", "dotSegment"), ("/..", "dotSegment"), ("/...", "dotSegment"), ("/a/../b", "dotSegment"),
            ("/a/.", "dotSegment"), ("/%2e", "dotSegment"), ("/%2E%2e/", "dotSegment"), ("/.%20", "dotSegment"),
            ("/%20.", "dotSegment"), (".%2e", "notAbsolute"), ("/.%2e", "dotSegment"), ("/a%2f..", "dotSegment"),
            ("/..%5c", "dotSegment"), ("/..;a", "dotSegment"), ("/%252e%252e", "dotSegment"),
            ("/a\\b", "forbiddenByte"),
            ("/a#b", "forbiddenByte"), ("/a b", "forbiddenByte"), ("/a\tb", "forbiddenByte"),
            ("/a\u{0}", "forbiddenByte"),
            ("/a\u{7F}", "forbiddenByte"), ("/é", "forbiddenByte"), ("/a?b", "forbiddenByte"),
            ("/a\"b", "forbiddenByte"),
            ("/a<b", "forbiddenByte"), ("/{a}", "forbiddenByte"), ("/a`", "forbiddenByte"),
            ("/a/%zz;#", "forbiddenByte"),
        ])
    func refused(path: String, ambiguity: String) throws {
        for rules in ["* /** public\n", "GET /x public\n"] {
            #expect(try Table(rules)["GET", path] == "400 \(ambiguity)")
            #expect(try Table(rules)["PATCH", path] == "400 \(ambiguity)")
        }
    }

    @Test(
        "A path that is only unusual passes",
        arguments: [
            "/", "/a", "/a/", "/%72", "/caf%C3%A9", "/%F0%9F%98%80", "/a%20b", "/%20a", "/a.", "/.a", "/a..b", "/..a",
            "/%25",
            "/%25a", "/100%25", "/%25g1", "/a[1]|^", "/-._~!$&'()*+,=:@", "/%23", "/%3F", "/%22", "/.well-known/x",
            "/%C2%80a",
        ])
    func passes(path: String) throws {
        #expect(try Table("* /** public\n")["GET", path] == "line 1")
    }

    @Test(
        "A route opens an ambiguity for what it decides",
        arguments: [
            ("encoded-slash", "/t/a%2Fb", "line 1"), ("encoded-backslash", "/t/a%5Cb", "line 1"),
            ("semicolon", "/t/a;b", "line 1"), ("semicolon", "/t/a%3Bb", "line 1"),
            ("empty-segment", "/t//b", "line 1"),
            ("empty-segment", "/t//", "line 1"), ("double-escape", "/t/%2541", "line 1"),
            ("encoded-slash", "/o/a%2Fb", "400 encodedSlash"), ("encoded-slash", "/t/a;b", "400 semicolon"),
            ("semicolon", "/t/a;b%2F", "400 encodedSlash"), ("encoded-slash,semicolon", "/t/a;b%2F", "line 1"),
            ("encoded-slash", "/t/..%2F", "400 dotSegment"), ("semicolon", "/t/..;", "400 dotSegment"),
            ("double-escape", "/t/%252e%252E", "400 dotSegment"), ("encoded-slash", "/t/%2F%00", "400 encodedControl"),
            ("double-escape", "/t/%25%252f..", "400 dotSegment"), ("double-escape", "/t/%25%252f.x", "line 1"),
            ("double-escape", "/t/%252%255c..%252f", "400 dotSegment"),
            ("encoded-slash", "/t%2Fb", "400 encodedSlash"),
        ])
    func tolerated(tolerance: String, path: String, decision: String) throws {
        let table = try Table("* /t/** public tolerate=\(tolerance)\n* /o/** public\n")
        #expect(table["GET", path] == decision)
    }

    @Test("Matching runs on raw segments: an encoded slash is part of one")
    func rawSegments() throws {
        let table = try Table(
            "GET /f/{name} public tolerate=encoded-slash\nGET /f/a/b public\nGET /g/a%2fb public tolerate=encoded-slash\n"
        )
        #expect(table["GET", "/f/a%2Fb"] == "line 1")
        #expect(table["GET", "/g/a%2Fb"] == "line 3")
        #expect(table["GET", "/g/a/b"] == "404")
    }

    @Test("400 for an ambiguous path comes before 404 and 405")
    func order() throws {
        let table = try Table("GET /t/{x} public tolerate=encoded-slash\n")
        #expect(table["GET", "/o/a%2Fb"] == "400 encodedSlash")
        #expect(table["PUT", "/t/a%2Fb"] == "400 encodedSlash")
        #expect(table["PUT", "/t/a"] == "405 GET, HEAD")
    }

    @Test(
        "A path whose other spelling has another WHO is refused",
        arguments: [
            ("/health", "line 1"), ("/health/", "400 otherSpelling"), ("/HEALTH", "400 otherSpelling"),
            ("/Health/", "400 otherSpelling"), ("/%48ealth", "400 otherSpelling"), ("/%68ealth", "line 1"),
            ("/api/users/7", "line 2"), ("/api/users/7/", "400 otherSpelling"), ("/API/users/7", "400 otherSpelling"),
            ("/api/Users/7", "400 otherSpelling"), ("/api/users/7/8", "line 3"), ("/other", "line 3"),
            ("/other/", "line 3"), ("/", "line 3"), ("/Admin", "400 otherSpelling"), ("/admin", "400 otherSpelling"),
            ("/aDmin", "400 otherSpelling"), ("/s", "400 otherSpelling"), ("/s/", "400 otherSpelling"),
            ("/S", "400 otherSpelling"),
        ])
    func spellings(path: String, decision: String) throws {
        let rules = """
            GET /health public
            * /api/users/{id} role=admin
            * /** authenticated
            * /Admin public
            * /admin role=admin
            * /s public
            * /s/ role=admin

            """
        #expect(try Table(rules)["GET", path] == decision)
        let exact = try Table("paths exact\n" + rules)["GET", path]
        #expect(exact.hasPrefix("line"))
    }

    @Test(
        "Spellings with the same WHO, or with none for the method, pass",
        arguments: [
            ("* /a public\n* /** public\n", "GET", "/A", "line 2"),
            ("* /a role=x|y scope=s\n* /** scope=s role=y|x\n", "GET", "/A", "line 2"),
            ("PUT /a public\n* /** authenticated\n", "GET", "/A", "line 2"),
            ("GET /a public\n", "GET", "/A", "404"), ("GET /a public\nPUT /A deny\n", "GET", "/A", "405 PUT"),
        ])
    func harmless(rules: String, method: String, path: String, decision: String) throws {
        #expect(try Table(rules)[method, path] == decision)
    }
}
