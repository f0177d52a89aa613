/// The rules, compiled: one answer for a method and a path, at a cost that doesn't depend on how many rules there
/// are. Nothing is allocated, unless the rules outgrew `AutomatonBudget`, or a segment may be another to an upstream that
/// normalizes text (`SpecialSegment`).
package struct RouteTable: Sendable {
    let table: CompiledTable

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
        let answers = table.match.answers(walk.state)
        if answers < 0 { return search(method, path, needed: walk.needed) }
        let row = Int(answers) &* (table.classes.count &+ 2)
        let methodClass = table.classes.index(of: method)
        let rule = Int(table.outcomes[row &+ methodClass])
        guard rule >= 0 else {
            let words = row + table.classes.count
            let allowed = MethodSet(words: table.outcomes[words], table.outcomes[words + 1])
            return unmatched(method, allowed: allowed, needed: walk.needed)
        }
        if !walk.needed.isEmpty, let ambiguity = untolerated(walk.needed, by: rule) { return .ambiguous(ambiguity) }
        if table.checksSpellings && !walk.isSafe(table.safety) {
            return spelled(method, path, methodClass, rule, needed: walk.needed)
        }
        return .matched(RouteID(index: rule))
    }

    /// The variant rule, for a path that some other spelling of may be decided otherwise.
    private func spelled(
        _ method: Method, _ path: Span<UInt8>, _ methodClass: Int, _ rule: Int, needed: Tolerance
    ) -> RouteDecision {
        let answers = table.variants.answers(PathSegments.variant(of: path, in: table))
        if answers < 0 { return search(method, path, needed: needed) }
        let threat = table.threats[Int(answers) * table.classes.count + methodClass]
        let facts = table.rules[rule]
        return threat.concerns(rank: facts.rank, access: facts.access)
            ? .ambiguous(.otherSpelling) : .matched(RouteID(index: rule))
    }

    /// 400 for an ambiguity that no deciding route tolerates comes before 404 and 405.
    private func unmatched(_ method: Method, allowed: MethodSet, needed: Tolerance) -> RouteDecision {
        if !needed.isEmpty { return .ambiguous(Self.ambiguity(needed)) }
        if allowed.isEmpty && method != .connect && method != .trace { return .noRoute }
        return .methodNotAllowed(AllowedMethods(methods: allowed))
    }

    private func search(_ method: Method, _ path: Span<UInt8>, needed: Tolerance) -> RouteDecision {
        guard let search = table.search else { return .noRoute }
        let entries = PathSegments.entries(of: path, in: table)
        guard let rule = search.rule(for: method, entries) else {
            let allowed = search.endpoints(entries).reduce(MethodSet.none) { $0.union($1.methods) }
            return unmatched(method, allowed: allowed, needed: needed)
        }
        if let ambiguity = untolerated(needed, by: rule.index) { return .ambiguous(ambiguity) }
        guard table.checksSpellings else { return .matched(rule) }
        let facts = table.rules[rule.index]
        let hasThreat = search.hasThreat(for: method, entries, besides: rule) { other in
            let other = table.rules[other.index]
            return other.access != facts.access && other.rank <= facts.rank
        }
        return hasThreat ? .ambiguous(.otherSpelling) : .matched(rule)
    }

    /// The first of what the rule doesn't tolerate, or nil.
    private func untolerated(_ needed: Tolerance, by rule: Int) -> TargetAmbiguity? {
        let missing = needed.subtracting(table.rules[rule].tolerate)
        return missing.isEmpty ? nil : Self.ambiguity(missing)
    }

    private static func ambiguity(_ needed: Tolerance) -> TargetAmbiguity {
        TargetAmbiguity.allCases.first { $0.tolerance.map { needed.contains($0) } ?? false } ?? .otherSpelling
    }
}
