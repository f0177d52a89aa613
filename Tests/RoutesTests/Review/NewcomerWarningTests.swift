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
            ("GET /users/[id] authenticated\n", "foreign_parameter"),
            ("GET /users/$id authenticated\n", "foreign_parameter"),
            ("GET /a role=admin,manager\n", "comma_in_value"), ("GET /a scope=read,write\n", "comma_in_value"),
            ("* /admin role=admin\n* /** authenticated\n", "prefix_gap"),
            ("* /internal deny\n* /** public\n", "prefix_gap"),
            ("* /a/b scope=x\n* /a/** authenticated\n", "prefix_gap"),
            ("* /admin/** role=admin\n* /** public tolerate=empty-segment\n", "tolerance_beside_guard"),
            ("* /a/b deny\n* /a/** role=x tolerate=encoded-slash\n", "tolerance_beside_guard"),
        ])
    func warned(rules: String, code: String) { #expect(codes(rules).contains(code), "\(codes(rules))") }

    @Test(
        "One that is meant is not",
        arguments: [
            "* /admin role=admin\n* /admin/** role=admin\n* /** authenticated\n",
            "* /admin role=admin\n* /** role=admin\n",
            "* /profile authenticated\n* /** public\n", "GET /a:b authenticated\n", "GET /a role=\"a,b\"\n",
            "GET /a role=admin|manager\n", "* /users role=admin\n* /users/{id} authenticated\n* /** authenticated\n",
            "* /admin role=admin\n* /admin/** authenticated\n* /** public\n", "* /a/** role=admin\n* /** public\n",
            "* /files/** public tolerate=empty-segment\n* /** authenticated\n",
            "* /** role=admin tolerate=empty-segment\n* /open/** public\n",
        ])
    func silent(rules: String) {
        let new = codes(rules).filter {
            ["foreign_parameter", "comma_in_value", "prefix_gap", "tolerance_beside_guard"].contains($0)
        }
        #expect(new.isEmpty, "\(new)")
    }

    private func accounts(_ listen: String, _ more: String = "") -> ParseResult {
        parse("listen \(listen)\nupstream app http://127.0.0.1:3000\naccounts {\n}\n\(more)* /** authenticated\n")
    }

    @Test("Logins without TLS that others can reach are warned of, unless a proxy in front is named")
    func plainAccounts() {
        for listen in ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:80"] {
            let warnings = accounts(listen).warnings.filter { $0.code == "accounts_without_tls" }
            #expect(warnings.map(\.line) == [1], "\(listen)")
        }
        let certificate = "443 {\n certificate file:a file:b\n}"
        for listen in ["127.0.0.1:8080", "[::1]:8080", "0.0.0.0:\(certificate)"] {
            #expect(!accounts(listen).warnings.map(\.code).contains("accounts_without_tls"), "\(listen)")
        }
        let proxied = accounts("0.0.0.0:8080", "trusted-proxies 10.0.0.0/8\n")
        #expect(!proxied.warnings.map(\.code).contains("accounts_without_tls"))
    }

    @Test("Other names for the claims of the accounts' own tokens are an error: no login would be good for anything")
    func accountsClaims() {
        for setting in ["subject email", "role sub"] {
            let errors = accounts("127.0.0.1:1", "tokens {\n \(setting)\n}\n").errors
            #expect(errors.map(\.code) == ["accounts_claims"] && errors.first?.line == 5, "\(setting)")
        }
        #expect(accounts("127.0.0.1:1", "tokens {\n subject sub\n email mail\n}\n").errors.isEmpty)
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
