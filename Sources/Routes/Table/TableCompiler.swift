/// From rules to the arrays that `RouteTable` reads.
struct TableCompiler {
    private let rules: [Rule]
    private let index: EndpointIndex
    private let classes: MethodClasses
    private let access: AccessClasses
    /// Per endpoint.
    private let ranks: [Int32]
    private let methods: [MethodSet]

    static func compile(
        _ rules: [Rule], _ index: EndpointIndex, pathsExact: Bool, budget: AutomatonBudget
    ) -> CompiledTable {
        TableCompiler(rules, index).compile(pathsExact: pathsExact, budget: budget)
    }

    private init(_ rules: [Rule], _ index: EndpointIndex) {
        self.rules = rules
        self.index = index
        classes = MethodClasses(named: index.endpoints.reduce(.none) { $0.union($1.namedMethods) })
        access = AccessClasses(rules)
        ranks = Specificity.ranks(index.patterns)
        methods = index.endpoints.map(\.methods)
    }

    private func compile(pathsExact: Bool, budget: AutomatonBudget) -> CompiledTable {
        let segments = SegmentTable(index.patterns)
        let trie = PatternTrie(index.patterns, segments: segments)
        let policies = numbered(index.endpoints.map { endpoint in answers([endpoint]).map { self.access(of: $0) } })
        let shapes = PatternShapes(trie, methods: methods, languages: numbered(methods), policies: policies)
        let budget = budget.granted(nodes: trie.nodes.count)
        let match = MatchAutomaton(trie, shapes: shapes, methods: methods, budget: budget)
        let facts = self.facts()
        // One WHO for all: no spelling of any path has another.
        let checksSpellings = !pathsExact && access.count > 1
        let ordering = VariantOrdering(match, trie, shapes, ranks: ranks, policies: policies)
        let outcomes = finished(match)
        var threats: CompiledTable.Automaton<Threat>?
        var safety: [SpellingSafety.State] = []
        if checksSpellings {
            let variants = VariantAutomaton(match, segments: segments, ordering: ordering, budget: budget)
            let finished = self.finished(variants, match, facts)
            threats = finished
            safety =
                SpellingSafety(match, variants, segments, budget: budget) { state, variant in
                    isSafe(outcomes, state, finished, variant, facts)
                }.states
        }
        return CompiledTable(
            written: rules, segments: segments, classes: classes, rules: facts, match: outcomes,
            normalizes: !pathsExact, variants: threats, safety: safety,
            search: { PatternSearch(trie, index.endpoints, segments, rules) })
    }

    /// True when no method's rule meets a threat.
    private func isSafe(
        _ outcomes: CompiledTable.Automaton<Int32>, _ state: Int32, _ threats: CompiledTable.Automaton<Threat>,
        _ variant: Int32, _ facts: [CompiledTable.RuleFacts]
    ) -> Bool {
        let row = Int(outcomes.transitions.answers(state)) * (classes.count + 2)
        let threatRow = Int(threats.transitions.answers(variant)) * classes.count
        guard row >= 0, threatRow >= 0 else { return false }
        return (0..<classes.count).allSatisfy { method in
            let rule = Int(outcomes.answers[row + method])
            guard rule >= 0 else { return true }
            return !threats.answers[threatRow + method].concerns(rank: facts[rule].rank, access: facts[rule].access)
        }
    }

    private func finished(_ match: MatchAutomaton) -> CompiledTable.Automaton<Int32> {
        var rows = AnswerRows<Int32>()
        var states = match.states
        for state in states.indices where states[state].answers >= 0 {
            let endpoints = match.endpoints(Int32(state))
            let allowed = endpoints.reduce(MethodSet.none) { $0.union(methods[Int($1)]) }
            states[state].answers = rows.number(answers(endpoints.map { index.endpoints[Int($0)] }) + allowed.words)
        }
        return CompiledTable.Automaton(
            transitions: TransitionTable(states: states, edges: match.edges), answers: rows.flat)
    }

    private func finished(
        _ variants: VariantAutomaton, _ match: MatchAutomaton, _ facts: [CompiledTable.RuleFacts]
    ) -> CompiledTable.Automaton<Threat> {
        var rows = AnswerRows<Threat>()
        var states = variants.states
        for state in states.indices where states[state].answers >= 0 {
            var row = [Threat](repeating: Threat(), count: classes.count)
            for member in variants.members[state] {
                // As it ends here, and with a trailing slash.
                for end in [member, match.states[Int(member)].empty] {
                    let endpoints = match.endpoints(end).map { index.endpoints[Int($0)] }
                    for (method, rule) in answers(endpoints).enumerated() where rule >= 0 {
                        row[method].add(rank: facts[Int(rule)].rank, access: facts[Int(rule)].access)
                    }
                }
            }
            states[state].answers = rows.number(row)
        }
        return CompiledTable.Automaton(
            transitions: TransitionTable(states: states, edges: variants.edges), answers: rows.flat)
    }

    /// Per class of methods: the rule of the first endpoint that has one; -1: none.
    private func answers(_ endpoints: [Endpoint]) -> [Int32] {
        classes.representatives.map { method in
            for endpoint in endpoints {
                if let rule = endpoint.rule(for: method) { return Int32(rule.index) }
            }
            return -1
        }
    }

    private func access(of rule: Int32) -> Int32 {
        rule < 0 ? -1 : access.ofRule[Int(rule)]
    }

    private func facts() -> [CompiledTable.RuleFacts] {
        var facts = rules.map { rule in
            CompiledTable.RuleFacts(rank: 0, access: access.ofRule[rule.id.index], tolerate: rule.options.tolerate)
        }
        for (endpoint, rank) in zip(index.endpoints, ranks) {
            for rule in answers([endpoint]) where rule >= 0 { facts[Int(rule)].rank = rank }
        }
        return facts
    }

    /// Equal values get equal numbers.
    private func numbered<Value: Hashable>(_ values: [Value]) -> [Int32] {
        var numbers: [Value: Int32] = [:]
        return values.map { value in
            let number = numbers[value] ?? Int32(numbers.count)
            numbers[value] = number
            return number
        }
    }
}
