import Routes
import Testing

@Suite struct HostReviewTests {
    private func warnings(_ text: String) -> [String] {
        parse(preamble + text).warnings.filter { $0.code != "prefix_gap" }.map { "\($0.line - 8): \($0.code)" }
    }

    @Test("Each host's rules are reviewed with those of all hosts, and not with another's")
    func perHost() {
        #expect(warnings("host a {\n* /admin/** role=admin\n}\nhost b {\nGET /admin/x public\n}\n") == [])
        #expect(warnings("* /admin/** role=admin\nhost b {\nGET /admin/x public\n}\n") == ["3: laxer_rule_inside"])
        #expect(warnings("host a {\nGET /x role=admin\n* /** public\n}\n") == ["2: method_gap"])
        #expect(warnings("host a {\n* /Admin public\n}\nhost b {\n* /admin public\n}\n") == [])
    }

    @Test("An expectation silences a warning about its own host only")
    func confirmed() {
        let rules = "* /admin/** role=admin\nhost b c {\nGET /admin/x public\n}\n"
        #expect(warnings(rules + "expect GET http://b/admin/x as anonymous => app\n") == ["3: laxer_rule_inside"])
        let both =
            rules + "expect GET http://b/admin/x as anonymous => app\nexpect GET http://c/admin/x as anonymous => app\n"
        #expect(warnings(both) == [])
        #expect(
            parse(preamble + rules).warnings.compactMap(\.hint)
                == ["if that is meant, add: expect GET http://b/admin/x as anonymous => app"])
    }

    @Test("A rule of all hosts that decides at one of them is of use; what concerns several hosts is said once")
    func neverDecides() {
        let replaced = "GET /x public\nhost a {\nGET /x role=admin\n}\n"
        #expect(warnings(replaced) == ["1: rule_never_decides"])
        #expect(warnings(replaced + "host b {\n}\n") == [])
        #expect(warnings("host a b c {\nGET /x role=admin\n* /** public\n}\n") == ["2: method_gap"])
    }
}
