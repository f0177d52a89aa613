import Routes
import Testing

/// The warnings of `gateway check`, one kind after another. The preamble has eight lines: rules start in line 9.
@Suite struct ReviewTests {
    private func warnings(_ text: String) -> [String] {
        let result = parse(preamble + text)
        #expect(result.errors.map { $0.rendered() } == [])
        return result.warnings.filter { $0.code != "prefix_gap" }.map { $0.rendered() }
    }

    private func codes(_ text: String) -> [String] {
        // Of what is below a path NewcomerWarningTests tells.
        parse(preamble + text).warnings.map(\.code).filter { $0 != "prefix_gap" }
    }

    @Test("Every warning shows its line, a caret and what to do", arguments: renderings)
    func rendering(text: String, expected: String) {
        #expect(warnings(text) == [expected])
    }

    private static let renderings = [
        (
            "* /admin/** role=admin\nGET /admin/export public\n",
            """
            routes.conf:10:19: warning: /admin/export is laxer than the rule around it, /admin/** role=admin in line 9
                GET /admin/export public
                                  ^~~~~~
                if that is meant, add: expect GET /admin/export as anonymous => app
            """
        ),
        (
            "* /internal/** deny\nPOST,PUT /internal/{id}/hook authenticated\n",
            """
            routes.conf:10:30: warning: /internal/{id}/hook is laxer than the rule around it, /internal/** deny in line 9
                POST,PUT /internal/{id}/hook authenticated
                                             ^~~~~~~~~~~~~
                if that is meant, add: expect POST /internal/0/hook as authenticated => app
            """
        ),
        (
            "GET /Admin role=admin\nGET /admin/x role=admin\n",
            """
            routes.conf:10:5: warning: "admin" differs from "Admin" in line 9 in case only
                GET /admin/x role=admin
                    ^~~~~~~~
                case counts in paths; write both alike, unless the application tells them apart
            """
        ),
        (
            "GET /a role=manager\nGET /b role=manger|admin\n",
            """
            routes.conf:10:8: warning: the role "manger" differs from "manager" in line 9 by one letter
                GET /b role=manger|admin
                       ^~~~~~~~~~~~~~~~~
                did you mean "manager"? values are compared byte for byte
            """
        ),
        (
            "GET /a scope=Orders:read\nGET /b scope=orders:read\nGET /c scope=orders:read\n",
            """
            routes.conf:9:8: warning: the scope "Orders:read" differs from "orders:read" in line 10 in case only
                GET /a scope=Orders:read
                       ^~~~~~~~~~~~~~~~~
                did you mean "orders:read"? values are compared byte for byte
            """
        ),
        (
            "GET /a role=manager\nexpect GET /a as role=manaegr => 403\n",
            """
            routes.conf:10:1: warning: the role "manaegr" differs from "manager" in line 9 by one letter
                expect GET /a as role=manaegr => 403
                ^~~~~~
                did you mean "manager"? values are compared byte for byte
            """
        ),
        (
            "upstream spare http://127.0.0.1:3001\nGET /a public -> app\n",
            """
            routes.conf:9:10: warning: no rule leads to the upstream "spare"
                upstream spare http://127.0.0.1:3001
                         ^~~~~
                lead one to it with -> spare, or leave the upstream out
            """
        ),
        (
            "paths exact\n* /users/{id} role=admin\n* /** authenticated\n",
            """
            routes.conf:10:3: warning: /users/{id} is guarded, but /users/{id}/ falls to line 11, which is laxer
                * /users/{id} role=admin
                  ^~~~~~~~~~~
                say who may use it: * /users/{id}/ role=admin
            """
        ),
        (
            "paths exact\n* /admin/ role=\"super admin\"|root\n* /** authenticated\n",
            """
            routes.conf:10:3: warning: /admin/ is guarded, but /admin falls to line 11, which is laxer
                * /admin/ role="super admin"|root
                  ^~~~~~~
                say who may use it: * /admin role="super admin|root"
            """
        ),
        (
            "GET /x role=admin\n* /** authenticated\n",
            """
            routes.conf:9:1: warning: /x is guarded for GET only; POST, PUT, PATCH, DELETE, OPTIONS fall to line 10, which is laxer
                GET /x role=admin
                ^~~
                say who may use the other methods: * /x deny
            """
        ),
        (
            "* /a/** public\n* /a public\n* /a/ public\n* /a/{x}/** public\n",
            """
            routes.conf:9:3: warning: this rule never decides: more specific rules decide every path that it matches
                * /a/** public
                  ^~~~~
                leave it out
            """
        ),
    ]

    @Test("Rules whose paths are all refused as ambiguous are warned of, each with the spelling that does it")
    func refused() {
        #expect(
            warnings("GET /docs public\n* /docs/ authenticated\n") == [
                """
                routes.conf:9:5: warning: this rule never decides: its paths are refused as ambiguous, since line 10 has another WHO for /docs/
                    GET /docs public
                        ^~~~~
                    give both the same WHO, or say "paths exact" if the application tells such spellings apart
                """
            ])
        #expect(codes("* /docs public\n* /docs/ authenticated\n") == ["rule_never_decides", "rule_never_decides"])
        #expect(
            codes("* /Docs/** role=x\n* /docs/** authenticated\n")
                == ["rule_never_decides", "case_siblings", "rule_never_decides"])
    }

    @Test("A file without tokens' issuer and audience, blacklist and rules is told what to add")
    func missing() {
        let result = parse("listen [::1]:1\ntokens {\nkey RS256 file:k.pem\n}\n")
        #expect(result.warnings.map(\.code) == ["no_rules", "missing_blacklist", "missing_issuer", "missing_audience"])
        #expect(result.warnings.allSatisfy { $0.hint != nil && $0.sourceLine != nil })
    }

    @Test(
        "What is ordinary isn't warned of",
        arguments: [
            // Exceptions from what holds for the whole file, and from other than guarded areas.
            "GET /health public\n* /** authenticated\n", "GET /health public\n* /** deny\n",
            "GET /health public\n* /** role=user\n", "* /a/** authenticated\nGET /a/b public\n",
            // The nearer rule is meant, and was warned of where it is too lax.
            "* /api/users/{id} role=admin\nGET /api/users/me authenticated\n* /** authenticated\n",
            // Other conditions, other roles, the same path by method.
            "* /a/** role=admin\nGET /a/b role=admin|user\n", "GET /a/** authenticated\n* /a/** role=admin\n",
            // The exception is confirmed.
            "* /a/** role=admin\nGET /a/b public\nexpect GET /a/b?c as anonymous => app\n",
            "* /a/** deny\nGET /a/{b} authenticated\nexpect GET /a/7 as authenticated => app\n",
            // Families of names, short names, other subjects.
            "* /a role=level1|level2|tenant-a|tenant-b|abc|abd|team12|team21\n* /b scope=x:read|x:write|page:1|page:12\n",
            "* /a role=manager\n* /b scope=manger\n* /c sub=manger claim.x=manger\n",
            // Other methods beneath.
            "POST /a/** role=admin\nGET /a/b public\n",
            // Without `paths exact` the other spelling is refused at run time.
            "* /users/{id} role=admin\n* /** authenticated\n",
            // A rule of its own for the other spelling is meant.
            "paths exact\n* /a role=admin\n* /a/ public\n* /** authenticated\n",
            // Alike but not the same place.
            "* /a/B public\n* /b/b public\n", "* /{x}/B public\n* /a/b public\n",
            // Something is left for each.
            "* /a/** public\n* /a public\n* /a/{x}/** public\n", "* /** public\n* / public\nGET /{x}/** public\n",
            "* /a/** public tolerate=empty-segment\n* /a public\n* /a/ public\n* /a/{x}/** public\n",
            "* /A/{x} role=admin\n* /a/0/** authenticated\n",
        ])
    func ordinary(text: String) {
        #expect(codes(text).filter { $0 != "case_siblings" || !text.contains("/A/{x}") } == [])
    }

    @Test(
        "An expectation confirms only the exception that it describes",
        arguments: [
            "expect GET /a/c as anonymous => 403", "expect GET /a/b as role=admin => app",
            "expect GET /a/b as authenticated => app", "expect POST /a/b as anonymous => 401",
        ])
    func notConfirmed(expectation: String) {
        #expect(codes("* /a/** role=admin\nGET /a/b public\n\(expectation)\n") == ["laxer_rule_inside"])
    }

    @Test("The inner of three rules is measured by the nearest around it")
    func nearest() {
        let text = "* /a/** role=admin\n* /a/b/** authenticated\nGET /a/b/c public\n"
        #expect(parse(preamble + text).warnings.map(\.line) == [10])
    }

    @Test("Errors have codes too")
    func errorCodes() {
        let text = "GTE /a public\nGET /b public -> ap\nGET /c public\nGET /c deny\nblacklist redis://u:p@h\n"
        #expect(
            parse("listen [::1]:1\nupstream app http://a\n" + text).errors.map(\.code)
                == ["syntax", "unknown_upstream", "route_conflict", "secret_in_file"])
    }

    @Test("The reference example is warned of its methods' gaps only")
    func example() {
        let text = """
            GET           /health                public                           -> app
            *             /static/**             public                           -> app
            GET           /api/reports/**        role=admin|manager               -> app
            DELETE        /api/users/{id}        role=admin                       -> app
            *             /api/billing/**        role=admin scope=billing:write   -> app
            *             /internal/**           deny
            *             /**                    authenticated                    -> app
            """
        // The methods that two of its rules leave to the last one.
        #expect(codes(text) == ["method_gap", "method_gap"])
    }
}
