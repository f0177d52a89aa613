import Routes
import Testing

private let normalized = "with other characters that NFKC makes the same, or other blanks at its segments' ends"

@Suite struct ExplainTests {
    private func explain(_ rules: String, _ method: String, _ path: String) throws -> RouteExplanation {
        try Table(rules).configuration.table.explain(method: Array(method.utf8), path: Array(path.utf8))
    }

    /// Each candidate as the number of its rule, with its standing.
    private func candidates(_ rules: String, _ method: String, _ path: String) throws -> [String] {
        try explain(rules, method, path).candidates.map { "\($0.route.index + 1) \($0.standing.explanation)" }
    }

    @Test("The rule that decides comes first, then the others by how specific they are, each with its reason")
    func order() throws {
        let rules = """
            *    /**              authenticated
            *    /api/**          role=user
            *    /api/users/{id}  role=admin
            POST /api/users/me    deny
            GET  /api/{x}/me      role=user
            GET  /api/users/me    authenticated
            *    /api/users/me    role=admin
            GET  /api/users       public
            """
        #expect(
            try candidates(rules, "GET", "/api/users/me") == [
                "6 decides: no rule with this path and method is more specific",
                "7 has the same path, but says \"*\" where the deciding rule names the method",
                "4 matches the path, but not the method",
                "3 is less specific: at segment 3 it has a {parameter}, the deciding rule a literal",
                "5 is less specific: at segment 2 it has a {parameter}, the deciding rule a literal",
                "2 is less specific: at segment 2 it has \"**\", the deciding rule a literal",
                "1 is less specific: at segment 1 it has \"**\", the deciding rule a literal",
            ])
    }

    @Test(
        "Every way to lose has its words",
        arguments: [
            (
                "GET /x public\nHEAD /x public\n* /x public\n", "HEAD", "/x",
                [
                    "2 decides: no rule with this path and method is more specific",
                    "1 has the same path, but covers HEAD by GET where the deciding rule names HEAD",
                    "3 has the same path, but says \"*\" where the deciding rule names the method",
                ]
            ),
            (
                "* /x public\nGET /x public\n", "HEAD", "/x",
                [
                    "2 decides: no rule with this path and method is more specific",
                    "1 has the same path, but says \"*\" where the deciding rule names the method",
                ]
            ),
            (
                "* /api/** public\n* /api public\n", "GET", "/api",
                [
                    "2 decides: no rule with this path and method is more specific",
                    "1 is less specific: it has \"**\" where the path of the deciding rule ends",
                ]
            ),
            (
                "* /api/{x} public\n* /{x}/** public\nGET /api/b public\n", "POST", "/api/b",
                [
                    "1 decides: no rule with this path and method is more specific",
                    "3 matches the path, but not the method",
                    "2 is less specific: at segment 1 it has a {parameter}, the deciding rule a literal",
                ]
            ),
            ("GET /x public\n", "POST", "/x", ["1 matches the path, but not the method"]),
            ("* /x public\n", "TRACE", "/x", ["1 matches the path, but not the method"]),
            ("* /x public\n", "GET", "/y", []),
        ])
    func standings(rules: String, method: String, path: String, expected: [String]) throws {
        #expect(try candidates(rules, method, path) == expected)
    }

    @Test(
        "Segments are shown as they are compared",
        arguments: [
            ("/", [""]), ("/a", ["a"]), ("/a/", ["a", ""]), ("/%61/caf%C3%A9", ["a", "café"]), ("/100%25", ["100%"]),
        ])
    func segments(path: String, expected: [String]) throws {
        let explanation = try explain("* /** public\n", "GET", path)
        #expect(explanation.segments.map { String(decoding: $0, as: UTF8.self) } == expected)
        #expect(explanation.decision == .matched(RouteID(index: 0)))
        #expect(explanation.otherSpelling == nil)
    }

    @Test(
        "A path that can't be read has a decision, and nothing else",
        arguments: ["", "a", "*", "/%zz", "/..", "/%00", "/a b", "/%ff", "/a/%2e%2e"])
    func unreadable(path: String) throws {
        let table = try Table("* /** public\n")
        let explanation = try explain("* /** public\n", "GET", path)
        #expect(explanation.decision == table.configuration.table.decide("GET", path))
        #expect(explanation.segments.isEmpty)
        #expect(explanation.candidates.isEmpty)
    }

    @Test("Of an ambiguity that could be tolerated the rule is shown that would decide")
    func tolerable() throws {
        let explanation = try explain("* /f/{x} public\n* /** public\n", "GET", "/f/a%2Fb")
        #expect(explanation.decision == .ambiguous(.encodedSlash))
        #expect(explanation.segments.last == Array("a/b".utf8))
        #expect(
            explanation.candidates.map(\.standing.explanation).first
                == "would decide, but the path is refused as ambiguous")
        #expect(explanation.candidates.map(\.route.index) == [0, 1])
        #expect(explanation.otherSpelling == nil)
    }

    @Test(
        "The spelling that another rule would decide is shown, with its rule",
        arguments: [
            ("* /admin role=x\n* /** authenticated\n", "/ADMIN", "/admin", "in other case", 0),
            ("* /admin role=x\n* /** authenticated\n", "/admin/", "/admin", "with or without its trailing slash", 0),
            ("* /a/ role=x\n* /** authenticated\n", "/a", "/a/", "with or without its trailing slash", 0),
            (
                "* /a/b role=x\n* /** authenticated\n", "/A/b/", "/a/b",
                "in other case, and with or without its trailing slash", 0
            ),
            ("* /a/{id} role=x\n* /** authenticated\n", "/A/%78%2D7", "/a/%78%2D7", "in other case", 0),
            ("* /caf%C3%A9 role=x\n* /** public\n", "/CAF%C3%A9", "/caf%C3%A9", "in other case", 0),
            ("* /admin role=x\n* /** public\n", "/%20admin", "/admin", normalized, 0),
            ("* /admin role=x\n* /** public\n", "/%EF%BD%81dmin", "/admin", normalized, 0),
            (
                "* /admin role=x\n* /** public\n", "/admin%20/", "/admin",
                "\(normalized), and with or without its trailing slash", 0
            ),
            ("* /\u{FF41}dmin role=x\n* /** public\n", "/admin", "/%EF%BD%81dmin", normalized, 0),
            ("* /7/x role=x\n* /{a}/x public\n* /** role=x\n", "/7/X", "/7%20/x", normalized, 1),
            // Where the parameter stands as written a rule with the same WHO is before it: not so in other case.
            (
                "* /a/{x} role=x\n* /a/bc public\n* /A/{x} public\n", "/A/bc", "/a/Bc", "in other case", 0
            ),
        ])
    func spelling(rules: String, path: String, spelling: String, difference: String, rule: Int) throws {
        let explanation = try explain(rules, "GET", path)
        #expect(explanation.decision == .ambiguous(.otherSpelling))
        let other = try #require(explanation.otherSpelling)
        #expect(String(decoding: other.path, as: UTF8.self) == spelling)
        #expect(other.difference.text == difference)
        #expect(other.route.index == rule)
        #expect(explanation.candidates.first?.standing == .wouldDecide)
    }

    @Test("WHO and conditions are shown as a file says them")
    func texts() throws {
        let words = ["public", "optional", "authenticated", "deny", "role=a|b sub=c scope=d claim.e.f=1"]
        for who in words {
            #expect(try Table("GET /a \(who)\n").configuration.rules[0].access.text == who)
        }
        let quoted = "role=\"super admin|a\\|b|\\\"q\\\"\""
        #expect(try Table("GET /a \(quoted)\n").configuration.rules[0].access.text == quoted)
    }
}
