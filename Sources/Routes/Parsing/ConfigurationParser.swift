/// From bytes to meaning: reads every statement, reports every error, and makes a configuration when there is none.
struct ConfigurationParser {
    /// Statements that may stand more than once.
    private static let repeatable: Set<String> = ["listen", "upstream", "host", "expect"]

    private let file: String
    private let reporter: Reporter
    private var once = Once()
    private var listeners: [Listener] = []
    private var admin: Listener?
    private var upstreams: [Upstream] = []
    /// Per upstream: its name in the file.
    private var upstreamNames: [Word] = []
    /// False when an `upstream` line had an error.
    private var upstreamsComplete = true
    private var tokens: TokenSettings?
    private var blacklist: BlacklistSettings?
    private var accounts: AccountSettings?
    private var cors: CORSSettings?
    private var identity = IdentitySettings.standard
    private var log = LogSettings()
    private var limits = Limits()
    private var trustedProxies: [AddressBlock] = []
    private var pathsExact = false
    private var routes: [RouteStatement] = []
    /// Each with the hosts of the block it stands in; empty: it stands in none.
    private var expectations: [(expectation: Expectation, hosts: [HostPattern])] = []
    /// Every host that the file names, in its order.
    private var hosts: [HostPattern] = []
    private var knownHosts: Set<HostPattern> = []
    private var seen: Set<String> = []

    static func parse(_ bytes: [UInt8], file: String, budget: AutomatonBudget, environment: (String) -> String?)
        -> ParseResult
    {
        let source = SourceText(bytes)
        let reporter = Reporter(file: file, source: source)
        let statements = StatementReader.read(source, reporter)
        var parser = ConfigurationParser(file: file, reporter: reporter)
        parser.take(statements.compactMap { parser.filledIn($0, environment) })
        // Where nothing can be read, nothing is missing.
        let configuration = statements.isEmpty && reporter.hasErrors ? nil : parser.finish(budget)
        return ParseResult(
            configuration: reporter.hasErrors ? nil : configuration, diagnostics: reporter.diagnostics)
    }

    private init(file: String, reporter: Reporter) {
        (self.file, self.reporter) = (file, reporter)
    }

    /// Addresses may come from the environment, as containers have it; they are no secrets. nil after an error.
    private mutating func filledIn(_ statement: Statement, _ environment: (String) -> String?) -> Statement? {
        let name = statement.keyword.text
        guard ["listen", "admin", "upstream"].contains(name) else { return statement }
        var isWhole = true
        let words = filledIn(statement.words, at: name == "upstream" ? 2 : 1, environment, &isWhole)
        var filled = Statement(words: words, block: statement.block)
        if name == "upstream" {
            filled.block = statement.block?.map { line in
                guard line.keyword.text == "server" else { return line }
                return Statement(words: filledIn(line.words, at: 1, environment, &isWhole), block: line.block)
            }
        }
        guard isWhole else {
            notSaid(name)
            return nil
        }
        return filled
    }

    /// Only where the address stands: names and options are the file's.
    private func filledIn(
        _ words: [Word], at position: Int, _ environment: (String) -> String?, _ isWhole: inout Bool
    ) -> [Word] {
        guard words.indices.contains(position) else { return words }
        var words = words
        words[position] = filledIn(words[position], environment, &isWhole)
        return words
    }

    private func filledIn(_ word: Word, _ environment: (String) -> String?, _ isWhole: inout Bool) -> Word {
        guard !word.isQuoted, let name = word.dropping(prefix: "env:")?.text else { return word }
        let value = environment(name) ?? ""
        guard !value.isEmpty else {
            isWhole = false
            reporter.error(
                word.place, "the environment variable \(name) is not set, or empty",
                hint: "set it to what stands here otherwise, such as 127.0.0.1:8080 or http://127.0.0.1:3000")
            return word
        }
        return Word(bytes: Array(value.utf8), literalPipes: [], isQuoted: false, place: word.place)
    }

    /// What other statements refer to is read first: so no meaning depends on the order of lines.
    private mutating func take(_ statements: [Statement]) {
        let referred = ["upstream", "tokens"]
        // With accounts the gateway has keys of its own.
        let needsKey = !statements.contains { $0.keyword.text == "accounts" }
        for statement in statements where referred.contains(statement.keyword.text) {
            take(statement, needsKey: needsKey)
        }
        for statement in statements where !referred.contains(statement.keyword.text) { take(statement) }
    }

    private mutating func take(_ statement: Statement, needsKey: Bool = true) {
        let name = statement.keyword.text
        guard Keyword.all.contains(name) else {
            if RouteStatement.isMeant(statement), Habit.meaning(of: name) == nil { return takeRoute(statement) }
            return reportUnknown(statement)
        }
        if let sign = statement.arguments.first, Habit.isAssignment(sign) {
            notSaid(name)
            return reporter.error(
                sign.place, "there is no \"\(sign.text)\" between a setting and its value",
                hint: "write \(name) \(statement.arguments.dropFirst().map(\.text).joined(separator: " "))")
        }
        guard Self.repeatable.contains(name) || once.take(statement, reporter) else { return }
        seen.insert(name)
        switch name {
        case "listen": takeListener(statement)
        case "admin":
            admin = ListenStatement.parse(statement, reporter)
            if let admin { checkFree(admin, statement) }
        case "upstream": takeUpstream(statement)
        case "tokens": tokens = TokensStatement.parse(statement, needsKey: needsKey, reporter)
        case "blacklist": blacklist = BlacklistStatement.parse(statement, reporter)
        case "accounts": accounts = AccountsStatement.parse(statement, reporter)
        case "cors": cors = CORSStatement.parse(statement, reporter)
        case "identity": identity = IdentityStatement.parse(statement, tokens: tokens, reporter)
        case "log": log = LogStatement.parse(statement, reporter) ?? log
        case "limits": limits = LimitsStatement.parse(statement, reporter)
        case "trusted-proxies": trustedProxies = TrustedProxiesStatement.parse(statement, reporter)
        case "paths": pathsExact = PathsStatement.parse(statement, reporter)
        case "host": takeHost(statement)
        default: takeExpectation(statement)
        }
    }

    private mutating func takeListener(_ statement: Statement) {
        guard let listener = ListenStatement.parse(statement, hasBlock: true, reporter) else { return }
        checkFree(listener, statement)
        listeners.append(listener)
    }

    /// Port 0 is a new one each time.
    private func checkFree(_ listener: Listener, _ statement: Statement) {
        let others = (listeners + [admin].compactMap { $0 }).filter { $0.line != listener.line }
        let same = others.first { $0.port == listener.port && $0.port != 0 && $0.host == listener.host }
        if let same {
            reporter.error(statement.words[1].place, "line \(same.line) listens at this address already")
        }
    }

    private mutating func takeUpstream(_ statement: Statement) {
        guard let upstream = UpstreamStatement.parse(statement, reporter) else {
            upstreamsComplete = false
            return
        }
        if let same = upstreams.first(where: { $0.name == upstream.name }) {
            reporter.error(statement.words[1].place, "line \(same.line) names an upstream \"\(same.name)\" already")
            return
        }
        upstreams.append(upstream)
        upstreamNames.append(statement.words[1])
    }

    /// - Parameter block: the hosts of the block it stands in; nil: it stands in none.
    private mutating func takeRoute(_ statement: Statement, in block: [HostPattern]? = nil) {
        seen.insert("route")
        guard let route = RouteStatement(statement, in: block, reporter) else { return }
        routes.append(route)
        takeHosts(route.hosts)
    }

    private mutating func takeExpectation(_ statement: Statement, in block: [HostPattern]? = nil) {
        let expectation = ExpectStatement.parse(
            statement, isInHost: block != nil, upstreams: upstreams, reporter)
        if let expectation { expectations.append((expectation, block ?? [])) }
    }

    private mutating func takeHost(_ statement: Statement) {
        let block = HostBlock(statement, reporter)
        takeHosts(block.hosts)
        for line in block.lines {
            if line.keyword.text == "expect" {
                takeExpectation(line, in: block.hosts)
            } else if RouteStatement.isMeant(line) {
                takeRoute(line, in: block.hosts)
            } else {
                reporter.error(
                    line.keyword.place, "a host's block holds rules and expectations only",
                    hint: Keyword.all.contains(line.keyword.text)
                        ? "\"\(line.keyword.text)\" is for all hosts: write it outside of the block" : nil)
            }
        }
    }

    private mutating func takeHosts(_ new: [HostPattern]) {
        hosts += new.filter { knownHosts.insert($0).inserted }
    }

    /// It is meant, and faulty: that it is missing is no error of its own.
    private mutating func notSaid(_ name: String) {
        seen.insert(name)
        if name == "upstream" { upstreamsComplete = false }
    }

    private mutating func reportUnknown(_ statement: Statement) {
        let name = statement.keyword.text
        let colon = name.hasSuffix(":") ? String(name.dropLast()) : nil
        let guess =
            colon.flatMap { Keyword.all.contains($0) ? $0 : nil }
            ?? Suggestion.nearest(to: name, among: Keyword.all)
        let habit = Habit.meaning(of: colon ?? name)
        if let meant = habit?.statement ?? guess { notSaid(meant) }
        // What follows may be a secret.
        if ["secret", "password", "key", "token"].contains(where: { name.lowercased().contains($0) }) {
            statement.arguments.forEach { reporter.mask($0.place) }
            statement.block?.forEach { line in line.words.forEach { reporter.mask($0.place) } }
        }
        if name.hasPrefix("/") || name.hasPrefix("\"/") {
            seen.insert("route")
            return reporter.error(
                statement.keyword.place, "a rule starts with its methods",
                hint: "write * \(statement.text), or name them: GET,POST \(statement.text)")
        }
        if let colon, guess == colon {
            return reporter.error(
                statement.keyword.place, "there is no \":\" between a setting and its value",
                hint: "write \(colon) \(statement.arguments.map(\.text).joined(separator: " "))")
        }
        if let habit, guess == nil || habit.statement != nil {
            return reporter.error(statement.keyword.place, "unknown statement \"\(name)\"", hint: habit.hint)
        }
        reporter.error(
            statement.keyword.place, "unknown statement \"\(name)\"",
            hint: Suggestion.hint(for: name, among: Keyword.all + Method.registry)
                ?? "expected a setting (\(Keyword.all.joined(separator: ", "))) or a rule: METHODS PATH WHO -> UPSTREAM"
        )
    }
}

extension ConfigurationParser {
    /// What only the whole file shows; then the configuration, which counts when no error was reported.
    private func finish(_ budget: AutomatonBudget) -> Configuration? {
        let top = Place(line: 1, column: 1, width: 1)
        if !seen.contains("listen") {
            reporter.error(
                top, "no \"listen\" line", hint: "add one, such as: listen 127.0.0.1:8080",
                kind: .missingListener)
        }
        if !seen.contains("route") {
            reporter.warning(
                top, "no rules: every request is answered with 404", hint: "add one, such as: * /** authenticated",
                kind: .noRules)
        }
        if !seen.contains("blacklist"), routes.isEmpty || accounts != nil || routes.contains(where: \.readsTokens) {
            reporter.warning(
                top, "no \"blacklist\" line: logged-out tokens stay valid until they expire",
                hint: "add one, such as: blacklist redis://127.0.0.1:6379", kind: .missingBlacklist)
        }
        requireTokens()
        checkAccounts()
        if let blacklist, blacklist.store == .sqlite, !seen.contains("accounts") {
            reporter.error(
                Place(line: blacklist.line, column: 1, width: 9),
                "\"blacklist sqlite\" keeps the blacklist in the accounts' database, and the file has no \"accounts\" block",
                hint: "add: accounts { … }, or write the address of Redis: blacklist redis://127.0.0.1:6379")
        }
        var builder = RuleBuilder(upstreams: upstreams, isComplete: upstreamsComplete, reporter)
        for route in routes {
            checkOutsideAccounts(route)
            if !pathsExact { route.checkNormalization(reporter) }
            builder.add(route)
        }
        if reporter.hasErrors { return nil }
        let sets = RuleSet.all(builder.rules, hosts: hosts)
        let tables = sets.map { RouteTable($0.rules, $0.index, pathsExact: pathsExact, budget: budget) }
        if !tables.allSatisfy(\.isComplete) {
            reporter.warning(
                top,
                "the paths mix names and {parameters} in very many combinations: some requests take longer to decide",
                kind: .tableTooLarge)
        }
        UnusedUpstreamCheck.run(upstreamNames, builder.rules, reporter)
        let nobody = RouteTable([], EndpointIndex(), pathsExact: pathsExact, budget: budget)
        let hostTables = hosts.isEmpty ? nil : HostTables(sets, tables, nobody: nobody)
        let expectations = self.expectations.map(asked)
        FileReview(
            sets: sets, tables: tables, hosts: hostTables, routes: routes, expectations: expectations,
            upstreams: upstreams, pathsExact: pathsExact
        ).run(reporter)
        return Configuration(
            file: file, listeners: listeners, admin: admin, upstreams: upstreams, trustedProxies: trustedProxies,
            tokens: tokens ?? accounts.map { TokenSettings(keys: [], line: $0.line) }, blacklist: blacklist,
            accounts: accounts, cors: cors, identity: identity, log: log, limits: limits, pathsExact: pathsExact,
            rules: builder.rules,
            expectations: expectations, table: hosts.isEmpty ? tables[0] : nobody, hosts: hostTables)
    }

    /// The expectation with the hosts it is about: those of its block, or, outside of any, all.
    private func asked(_ entry: (expectation: Expectation, hosts: [HostPattern])) -> Expectation {
        var expectation = entry.expectation
        if expectation.hosts.isEmpty {
            expectation.hosts = (entry.hosts.isEmpty ? hosts : entry.hosts).map { $0.sample(besides: knownHosts) }
        }
        return expectation
    }

    /// What lies below the prefix of the accounts is the gateway's own.
    private func checkOutsideAccounts(_ route: RouteStatement) {
        guard let accounts, route.pattern.starts(with: accounts.prefix) else { return }
        reporter.error(
            route.path.place,
            "paths below \(accounts.prefix) belong to the \"accounts\" of line \(accounts.line)",
            hint: "leave the rule out, or give the accounts another prefix", kind: .routeInAccounts)
    }

    /// What the rest of the file does to logins.
    private func checkAccounts() {
        guard accounts != nil else { return }
        if let tokens, tokens.subjectClaim != Array("sub".utf8) || tokens.roleClaim != Array("role".utf8) {
            reporter.error(
                Place(line: tokens.line, column: 1, width: 6),
                "the tokens of \"accounts\" have the user in \"sub\" and the role in \"role\": read by other names, each would be refused",
                hint: "leave \"subject\" and \"role\" out of the block", kind: .accountsClaims)
        }
        guard trustedProxies.isEmpty else { return }
        for listener in listeners where listener.tls == nil && listener.redirectPort == nil && !listener.isLoopback {
            reporter.warning(
                Place(line: listener.line, column: 1, width: 6),
                "logins come without TLS here: passwords can be read on the way, and browsers do not send the refresh cookie, which is Secure",
                hint:
                    "give it a block with a certificate, or name the proxy in front that speaks TLS: trusted-proxies ADDRESS",
                kind: .plainAccounts)
        }
    }

    /// Reported once, at the first rule that needs a token.
    private func requireTokens() {
        guard !seen.contains("tokens"), accounts == nil else { return }
        let needing = routes.first { route in
            switch route.access {
            case .optional, .authenticated, .conditions: true
            case .public, .deny: false
            }
        }
        guard let needing else { return }
        reporter.error(
            needing.accessPlace, "this rule needs tokens, and the file has no \"tokens\" block",
            hint: "add: tokens { … } with a line such as: key HS256 env:ACCESS_TOKEN_SECRET",
            kind: .missingTokens)
    }
}
