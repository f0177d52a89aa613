/// `expect METHOD PATH as WHOM => RESULT`
struct ExpectStatement {
    private let statement: Statement
    private let isInHost: Bool
    private let upstreams: [Upstream]
    private let reporter: Reporter

    /// - Parameter isInHost: it stands in a block that says whose requests it is about.
    static func parse(
        _ statement: Statement, isInHost: Bool, upstreams: [Upstream], _ reporter: Reporter
    ) -> Expectation? {
        ExpectStatement(statement: statement, isInHost: isInHost, upstreams: upstreams, reporter: reporter).parse()
    }

    private func parse() -> Expectation? {
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let method = arguments.next("a method"), let path = arguments.next("a path"),
            let sign = arguments.next("\"as\"")
        else { return nil }
        guard sign.isSign("as") else {
            reporter.error(
                sign.place, "expected \"as\"", hint: "write such as: expect GET /x as anonymous => token_missing")
            return nil
        }
        let isMethod = check(method)
        let target = self.target(path)
        let whom = self.whom(&arguments)
        guard let word = arguments.next("a status, a refusal code or an upstream after \"=>\"") else { return nil }
        let result = self.result(word)
        arguments.finish()
        guard isMethod, let target, let whom, let result else { return nil }
        return Expectation(
            method: method.text, path: target.path, hosts: target.host.map { [$0] } ?? [], whom: whom, result: result,
            text: statement.text,
            line: statement.line, column: statement.keyword.place.column)
    }

    private func check(_ method: Word) -> Bool {
        if Method(name: method.text) != nil { return true }
        reporter.error(
            method.place, "\"\(method.text)\" isn't a method of IANA's registry",
            hint: Suggestion.hint(for: method.text, among: Method.registry))
        return false
    }

    /// A path, or `http://HOST/path`.
    private func target(_ word: Word) -> (host: String?, path: [UInt8])? {
        if word.bytes.first == PathBytes.Character.slash { return (nil, word.bytes) }
        guard let rest = word.dropping(prefix: "http://") ?? word.dropping(prefix: "https://") else {
            reporter.error(word.place, "expected a path, which starts with \"/\"", hint: "write /\(word.text)")
            return nil
        }
        let host = rest.bytes.prefix { $0 != PathBytes.Character.slash }
        let path = Array(rest.bytes.dropFirst(host.count))
        guard !host.isEmpty, !path.isEmpty else {
            reporter.error(word.place, "expected a host and a path: http://HOST/PATH")
            return nil
        }
        guard !isInHost else {
            reporter.error(
                word.place, "the block says already which host is asked",
                hint: "write \(String(decoding: path, as: UTF8.self))")
            return nil
        }
        return (String(decoding: host, as: UTF8.self), path)
    }

    /// Up to and with the arrow.
    private func whom(_ arguments: inout Arguments) -> Expectation.Whom? {
        let expected = "WHOM: anonymous, authenticated or conditions such as role=admin"
        var words: [Word] = []
        while let word = arguments.next(words.isEmpty ? expected : "\"=>\" and what is expected") {
            if word.isSign("=>") {
                guard !words.isEmpty else {
                    reporter.error(word.place, "expected \(expected)")
                    return nil
                }
                return whom(words, expected)
            }
            if word.isSign("->") {
                reporter.error(word.place, "expected \"=>\" before what is expected", hint: "write =>")
                return whom(words, expected)
            }
            words.append(word)
        }
        return nil
    }

    private func whom(_ words: [Word], _ expected: String) -> Expectation.Whom? {
        if words.count == 1, words[0].text == "anonymous" { return .anonymous }
        if words.count == 1, words[0].text == "authenticated" { return .authenticated }
        var conditions: [Condition] = []
        for word in words {
            guard let (name, value) = word.assignment, ConditionParser.isCondition(name) else {
                reporter.error(
                    word.place, "expected \(expected)",
                    hint: Suggestion.hint(for: word.text, among: ["anonymous", "authenticated"]))
                return nil
            }
            guard let condition = ConditionParser.parse(name, value, reporter) else { return nil }
            conditions.append(condition)
        }
        return conditions.isEmpty ? nil : .conditions(conditions)
    }

    private func result(_ word: Word) -> Expectation.Result? {
        if let index = upstreams.firstIndex(where: { $0.name == word.text }) { return .upstream(index) }
        if let code = RefusalCode(rawValue: word.text) { return .code(code) }
        if Quantity.isDigits(word.text) {
            if let status = Int(word.text), RefusalCode.allCases.contains(where: { $0.status == status }) {
                return .status(status)
            }
            reporter.error(
                word.place, "the gateway never refuses with \(word.text)",
                hint: "name the upstream where the request passes")
            return nil
        }
        let known = upstreams.map(\.name) + RefusalCode.allCases.map(\.rawValue)
        reporter.error(
            word.place, "\"\(word.text)\" is no status, no refusal code and no upstream",
            hint: Suggestion.hint(for: word.text, among: known))
        return nil
    }
}
