import Routes
import Testing

@Suite struct PrecedenceTests {
    @Test(
        "A pattern matches just the paths it names",
        arguments: [
            ("/api/**", "/api", true), ("/api/**", "/api/", true), ("/api/**", "/api/x/y", true),
            ("/api/**", "/apix", false), ("/**", "/", true), ("/**", "/x", true), ("/users/{id}", "/users/7", true),
            ("/users/{id}", "/users/", false), ("/users/{id}", "/users", false), ("/users/{id}", "/users/7/8", false),
            ("/users/{id}", "/users/7/", false), ("/users/", "/users/", true), ("/users/", "/users", false),
            ("/", "/", true), ("/café", "/caf%C3%A9", true), ("/caf%C3%A9", "/caf%c3%a9", true), ("/a", "/%61", true),
            ("/%61", "/a", true), ("/a", "/b", false), ("/{a}/{a}", "/x/y", true), ("/a[1]|^", "/a[1]|^", true),
            ("/a", "/A", false), ("/a%20b", "/a%20b", true), ("/é", "/e%CC%81", false),
        ])
    func matching(pattern: String, path: String, matches: Bool) throws {
        #expect(try Table("GET \(pattern) public\n")["GET", path] == (matches ? "line 1" : "404"))
    }

    @Test(
        "The most specific path wins, segment by segment from the left, in any order of lines",
        arguments: [
            (["/a/{x}", "/{x}/b"], "/a/b", "/a/{x}"), (["/a/**", "/{x}/b"], "/a/b", "/a/**"),
            (["/a/b", "/a/{x}", "/a/**", "/**"], "/a/b", "/a/b"), (["/a/{x}", "/a/**"], "/a/c", "/a/{x}"),
            (["/a", "/a/**"], "/a", "/a"), (["/a/", "/a/**"], "/a/", "/a/"), (["/{x}", "/**"], "/a", "/{x}"),
            (["/{x}/**", "/**"], "/a", "/{x}/**"), (["/{x}/**", "/{x}"], "/a", "/{x}"),
            (["/a/{x}/c", "/a/b/**"], "/a/b/c", "/a/b/**"), (["/a/{x}/c", "/a/b/d"], "/a/b/c", "/a/{x}/c"),
        ])
    func specificity(patterns: [String], path: String, winner: String) throws {
        for order in [patterns, patterns.reversed()] {
            let table = try Table(order.map { "GET \($0) public\n" }.joined())
            let line = 1 + (order.firstIndex(of: winner) ?? -1)
            #expect(table["GET", path] == "line \(line)")
        }
    }

    @Test("A more specific path without the method doesn't hide a less specific one with it")
    func methodsFilter() throws {
        let table = try Table("GET /a/b public\n* /a/{x} public\nPUT /** public\n")
        #expect(table["GET", "/a/b"] == "line 1")
        #expect(table["POST", "/a/b"] == "line 2")
        #expect(table["PUT", "/b"] == "line 3")
        #expect(table["GET", "/b"] == "405 PUT")
    }

    @Test(
        "GET covers HEAD; a rule that names HEAD beats it, and GET's cover beats *",
        arguments: [
            ("GET /a public\n", "line 1"), ("GET /a public\n* /a public\n", "line 1"),
            ("GET /a public\nHEAD /a public\n", "line 2"),
            ("GET /a public\nHEAD,POST /a public\n* /a public\n", "line 2"),
            ("* /a public\nHEAD /a public\n", "line 2"), ("GET /a public\nHEAD /** public\n", "line 1"),
            ("POST /a public\n* /** public\n", "line 2"),
        ])
    func head(rules: String, decision: String) throws {
        #expect(try Table(rules)["HEAD", "/a"] == decision)
    }

    @Test(
        "* is every method but CONNECT and TRACE, which are 405 everywhere",
        arguments: [
            ("GET", "line 1"), ("OPTIONS", "line 1"), ("QUERY", "line 1"), ("VERSION-CONTROL", "line 1"),
            ("PURGE", "line 1"), ("get", "line 1"), ("TRACE", "405 GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
            ("CONNECT", "405 GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        ])
    func star(method: String, decision: String) throws {
        #expect(try Table("* /** public\n")[method, "/a"] == decision)
    }

    @Test("Every registered method is told from every other", arguments: Method.registry)
    func registry(name: String) throws {
        let others = Method.registry.filter { !["CONNECT", "TRACE", name].contains($0) }
        let table = try Table("\(others.joined(separator: ",")) /a public\n")
        let isCovered = name == "HEAD"
        #expect(table[name, "/a"].hasPrefix(isCovered ? "line" : "405"))
    }

    @Test("405 names the methods that the path has, 404 is for paths that have none")
    func allow() throws {
        let table = try Table("GET,POST /a public\nDELETE /a deny\nPUT /{x} public\n")
        #expect(table["PATCH", "/a"] == "405 DELETE, GET, HEAD, POST, PUT")
        #expect(table["PATCH", "/b"] == "405 PUT")
        #expect(table["PATCH", "/b/c"] == "404")
        #expect(table["CONNECT", "example.com:443"] == "405 ")
        #expect(table["TRACE", "/b/c"] == "405 ")
    }

    /// The preamble has eight lines.
    @Test(
        "Two rules that tie for a method are a conflict, at the later line",
        arguments: [
            ("GET /a public\nGET /a deny\n", "2:5: conflict: line 9 already decides GET for this path"),
            (
                "* /a public\nGET /a deny\n* /a deny\n",
                "3:3: conflict: line 9 already decides every method (\"*\") for this path"
            ),
            (
                "GET /{x} public\nPOST,GET /{y} deny\n",
                "2:10: conflict: line 9 already decides GET for the same path, /{x},"
            ),
            (
                "GET /caf%c3%a9 public\nGET /café deny\n",
                "2:5: conflict: line 9 already decides GET for the same path, /caf%c3%a9,"
            ),
        ])
    func conflicts(rules: String, error: String) {
        #expect(errors(rules) == [error])
    }

    @Test(
        "Rules that differ in path or method don't conflict",
        arguments: [
            "GET /a public\nHEAD /a deny\n", "GET /a public\n* /a deny\n", "GET /a deny\nGET /a/ deny\n",
            "GET /a deny\nGET /A deny\n", "GET /{x} deny\nGET /** deny\n",
        ])
    func noConflict(rules: String) {
        #expect(errors(rules).isEmpty)
    }
}
