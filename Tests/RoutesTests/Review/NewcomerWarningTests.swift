import Routes
import Testing

@Suite("What a newcomer's rules say, and do not mean")
struct NewcomerWarningTests {
    private func codes(_ rules: String) -> [String] {
        parse(preamble + rules).warnings.map(\.code)
    }

    @Test(
        "A rule that is probably not meant is warned of",
        arguments: [
            ("GET /users/:id authenticated\n", "foreign_parameter"),
            ("GET /files/{rest...} authenticated\n", "foreign_parameter"),
            ("GET /a role=admin,manager\n", "comma_in_value"), ("GET /a scope=read,write\n", "comma_in_value"),
        ])
    func warned(rules: String, code: String) { #expect(codes(rules).contains(code), "\(codes(rules))") }

    @Test(
        "One that is meant is not",
        arguments: [
            "* /admin role=admin\n* /admin/** role=admin\n* /** authenticated\n",
            "* /admin role=admin\n* /** role=admin\n",
            "* /profile authenticated\n* /** public\n", "GET /a:b authenticated\n", "GET /a role=\"a,b\"\n",
            "GET /a role=admin|manager\n",
        ])
    func silent(rules: String) {
        let new = codes(rules).filter { ["foreign_parameter", "comma_in_value"].contains($0) }
        #expect(new.isEmpty, "\(new)")
    }

    @Test("No blacklist is missed where no rule reads a token")
    func publicOnly() {
        let start = "listen 127.0.0.1:8080\nupstream app http://127.0.0.1:3000\n"
        #expect(!parse(start + "* /** public\n* /x deny\n").warnings.map(\.code).contains("missing_blacklist"))
    }

    @Test("Only an address comes from the environment, not a name")
    func environmentElsewhere() {
        let text = "listen env:A\nadmin env:B\nupstream env:C http://127.0.0.1:3000\n* /** public\n"
        let errors = Configuration.parse(Array(text.utf8), file: "f") { $0 == "A" ? "127.0.0.1:1" : "127.0.0.1:2" }
            .errors
        #expect(errors.count == 1 && errors.first?.line == 3)
    }

    @Test("Addresses come from the environment; a variable that is missing or empty is one error that names it")
    func environment() throws {
        let text = Array(
            """
            listen env:LISTEN
            upstream app env:APP
            upstream two {
                server env:APP
            }
            * /** public -> app
            * /x public -> two
            """.utf8)
        let values = ["LISTEN": "127.0.0.1:8080", "APP": "http://127.0.0.1:3000/base"]
        let read = try #require(Configuration.parse(text, file: "f") { values[$0] }.configuration)
        #expect(read.listeners[0].port == 8080 && read.upstreams.map(\.basePath) == ["/base", "/base"])
        let faults = Configuration.parse(text, file: "f") { $0 == "APP" ? values[$0] : "" }.errors
        #expect(faults.count == 1 && faults[0].line == 1)
        #expect(faults.first?.message == "the environment variable LISTEN is not set, or empty")
    }
}
