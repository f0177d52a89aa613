/// The rules, compiled: one answer for a method and a path, at a cost that doesn't depend on how many rules there
/// are. Nothing is allocated, unless the rules outgrew `AutomatonBudget`.
package struct RouteTable: Sendable {
    private let table: CompiledTable

    /// - Parameter index: holds just these rules, without a conflict.
    init(_ rules: [Rule], _ index: EndpointIndex, pathsExact: Bool, budget: AutomatonBudget) {
        table = TableCompiler.compile(rules, index, pathsExact: pathsExact, budget: budget)
    }

    /// False when the rules outgrew the budget, so that some paths are searched for.
    package var isComplete: Bool { table.search == nil }

    /// How many states the two automata have.
    package var stateCount: Int { table.match.states.count + table.variants.states.count }

    /// - Parameters:
    ///   - method: as received.
    ///   - path: as received, without a query.
    package func decide(method: Span<UInt8>, path: Span<UInt8>) -> RouteDecision {
        let method = table.methods.method(named: method)
        var walk = PathWalk()
        if let ambiguity = walk.take(path, in: table) {
            // CONNECT's target is no path (RFC 9110 §9.3.6).
            return ambiguity == .notAbsolute && method == .connect
                ? .methodNotAllowed(AllowedMethods(methods: .none)) : .ambiguous(ambiguity)
        }
        let (answers, variants) = walk.answers(in: table)
        if answers < 0 || variants < 0 { return search(method, path, needed: walk.needed) }
        let row = Int(answers) * (table.classes.count + 2)
        let methodClass = table.classes.index(of: method)
        let rule = Int(table.outcomes[row + methodClass])
        guard rule >= 0 else {
            let words = row + table.classes.count
            let allowed = MethodSet(words: table.outcomes[words], table.outcomes[words + 1])
            return unmatched(method, allowed: allowed, needed: walk.needed)
        }
        guard table.rules[rule].tolerate.isSuperset(of: walk.needed) else {
            return .ambiguous(Self.ambiguity(walk.needed.subtracting(table.rules[rule].tolerate)))
        }
        if table.checksSpellings {
            let threat = table.threats[Int(variants) * table.classes.count + methodClass]
            let facts = table.rules[rule]
            if threat.concerns(rank: facts.rank, access: facts.access) { return .ambiguous(.otherSpelling) }
        }
        return .matched(RouteID(index: rule))
    }

    /// 400 for an ambiguity that no deciding route tolerates comes before 404 and 405.
    private func unmatched(_ method: Method, allowed: MethodSet, needed: Tolerance) -> RouteDecision {
        if !needed.isEmpty { return .ambiguous(Self.ambiguity(needed)) }
        if allowed.isEmpty && method != .connect && method != .trace { return .noRoute }
        return .methodNotAllowed(AllowedMethods(methods: allowed))
    }

    private func search(_ method: Method, _ path: Span<UInt8>, needed: Tolerance) -> RouteDecision {
        guard let search = table.search else { return .noRoute }
        let found = search.find(PathWalk.entries(of: path, in: table))
        guard let rule = found.endpoints.lazy.compactMap({ $0.rule(for: method) }).first else {
            let allowed = found.endpoints.reduce(MethodSet.none) { $0.union($1.methods) }
            return unmatched(method, allowed: allowed, needed: needed)
        }
        let facts = table.rules[rule.index]
        guard facts.tolerate.isSuperset(of: needed) else {
            return .ambiguous(Self.ambiguity(needed.subtracting(facts.tolerate)))
        }
        guard table.checksSpellings else { return .matched(rule) }
        var threat = Threat()
        for variant in found.variants.compactMap({ $0.rule(for: method) }) {
            threat.add(rank: table.rules[variant.index].rank, access: table.rules[variant.index].access)
        }
        return threat.concerns(rank: facts.rank, access: facts.access) ? .ambiguous(.otherSpelling) : .matched(rule)
    }

    /// The first of what isn't tolerated.
    private static func ambiguity(_ needed: Tolerance) -> TargetAmbiguity {
        TargetAmbiguity.allCases.first { $0.tolerance.map { needed.contains($0) } ?? false } ?? .otherSpelling
    }
}
