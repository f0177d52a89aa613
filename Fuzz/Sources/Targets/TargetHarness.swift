internal import NIOCore
internal import ProxyEngine
internal import Routes

/// Request targets: what a rule decides is what a plain reading of the rules decides, for every way to write the path.
struct TargetHarness: Harness {
    /// The same rules, with and without a rule for the rest.
    private struct Tables {
        var strict, exact, searched: RouteTable
        var hasRest: Bool

        init(hasRest: Bool) throws {
            func table(isExact: Bool, _ budget: AutomatonBudget = .standard) throws -> RouteTable {
                let text = PlainRules.text(isExact: isExact, hasRest: hasRest)
                let result = Configuration.parse(octets(text), file: "routes.conf", budget: budget)
                guard let configuration = result.configuration else {
                    throw Objection(result.errors.map { $0.rendered() }.joined(separator: "\n"))
                }
                return configuration.table
            }
            strict = try table(isExact: false)
            exact = try table(isExact: true)
            searched = try table(isExact: false, .none)
            self.hasRest = hasRest
        }
    }

    private let tables: [Tables]
    private let catalogue = FieldCatalogue.request(reserved: [])

    init() throws {
        tables = [try Tables(hasRest: false), try Tables(hasRest: true)]
    }

    func check(_ input: [UInt8]) throws(Objection) {
        var choices = Choices(input)
        let path = Array(input.prefix { $0 != 0x3F })
        let method = choices.isTrue() ? "GET" : "POST"
        for tables in tables { try check(method, path, tables, &choices) }
        try checkWire(input)
    }

    /// The same path as a client sends it: what the engine takes for the path is what is judged here.
    private func checkWire(_ input: [UInt8]) throws(Objection) {
        let message = octets("GET ") + input + octets(" HTTP/1.1\r\nHost: example.com\r\n\r\n")
        let head = RequestHead()
        guard head.read(.atEndOfStorage(message), catalogue: catalogue, limits: EngineLimits()) == .complete else {
            return
        }
        let path = Array(message[head.path])
        let prefix = octets("http://example.com").count
        let front = message[4..<head.path.lowerBound]
        try require(front.isEmpty || front.count == prefix || front.count == prefix + 1, "in front: \(shown(front))")
        let line = message.prefix { $0 != 0x0D }
        try require(line.dropLast(9).dropFirst(4).elementsEqual(input) || input.contains(0x0D), "the line is cut")
        let decision = tables[0].strict.decide(method: octets("GET").span, path: path.span)
        if case .matched = decision {
            try require(PlainPath(path) != nil, "decided: \(shown(path))")
        }
    }

    private func check(
        _ method: String, _ path: [UInt8], _ tables: Tables, _ choices: inout Choices
    ) throws(Objection) {
        let decision = decide(tables.strict, method, path)
        // Explaining is for people: it may try a thousand spellings of a long path.
        if path.count <= 64 {
            let explained = tables.strict.explain(method: octets(method), path: path).decision
            try requireEqual(explained, decision, "explained and decided")
        }
        let exact = decide(tables.exact, method, path)
        let searched = decide(tables.searched, method, path)
        guard let plain = PlainPath(path) else {
            try require(Self.isAmbiguous(decision) && Self.isAmbiguous(exact), "decided: \(shown(path)): \(decision)")
            return try requireEqual(searched, decision, "searched and decided")
        }
        let rule = PlainRules.decide(method, plain, hasRest: tables.hasRest)
        let tolerated = rule.map { self.rule($0).tolerated } ?? []
        guard plain.needed.isSubset(of: tolerated) else {
            return try require(Self.isAmbiguous(decision) && Self.isAmbiguous(exact), "tolerated: \(plain.needed)")
        }
        switch exact {
        case .matched(let id): try requireEqual(id.index, rule, "the rule that decides \(shown(path))")
        case .ambiguous(let ambiguity): throw Objection("refused as \(ambiguity): \(shown(path))")
        case .hostUnknown: throw Objection("a table knows nothing of hosts")
        case .noRoute, .methodNotAllowed: try requireEqual(rule, nil, "the rule that decides \(shown(path))")
        }
        if !Self.isOpenedByExactPaths(decision) { try requireEqual(decision, exact, "strict and exact") }
        if searched != .ambiguous(.otherSpelling) { try requireEqual(searched, decision, "searched and decided") }
        try checkSpellings(method, plain, decision, tables, &choices)
    }

    /// Escapes change nothing; and no other case, no trailing slash leads to a rule for others.
    private func checkSpellings(
        _ method: String, _ path: PlainPath, _ decision: RouteDecision, _ tables: Tables, _ choices: inout Choices
    ) throws(Objection) {
        for escapesAll in [false, true] where !path.needed.contains("empty-segment") {
            let encoded = path.encoded(escapingAll: escapesAll)
            try requireEqual(decide(tables.strict, method, encoded), decision, "encoded as \(shown(encoded))")
        }
        guard case .matched(let id) = decision else { return }
        let own = rule(id.index)
        for attempt in 0..<4 {
            let other = path.spelled(togglingSlash: attempt & 1 == 1) { attempt > 1 && choices.isTrue() }
            guard let index = PlainRules.decide(method, other, hasRest: tables.hasRest) else { continue }
            let isHarmless =
                rule(index).access == own.access
                || own.looseKinds.lexicographicallyPrecedes(rule(index).looseKinds)
            try require(isHarmless, "\(shown(other.encoded())) is decided by another rule")
        }
    }

    private func rule(_ index: Int) -> PlainRules.Rule {
        index < PlainRules.rules.count ? PlainRules.rules[index] : PlainRules.rest
    }

    private func decide(_ table: RouteTable, _ method: String, _ path: [UInt8]) -> RouteDecision {
        table.decide(method: octets(method).span, path: path.span)
    }

    private static func isOpenedByExactPaths(_ decision: RouteDecision) -> Bool {
        if case .ambiguous(let ambiguity) = decision { ambiguity.isOpenedByExactPaths } else { false }
    }

    private static func isAmbiguous(_ decision: RouteDecision) -> Bool {
        if case .ambiguous = decision { true } else { false }
    }
}
