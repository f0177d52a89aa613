import Routes
import Testing

@Suite struct ExplainOracleTests {
    @Test("What explains a decision, by a way of its own, comes to the decision", arguments: 0..<10)
    func agreement(batch: Int) throws {
        for seed in UInt64(batch * 100)..<UInt64(batch * 100 + 100) {
            var dice = Dice(seed: seed)
            let random = RandomTable(&dice)
            let table = try Table(random.text)
            // The same rules: which of them decides a spelling, when no other spelling is looked at.
            let exact = try Table(random.reading.exact ? random.text : random.text + "paths exact\n")
            for _ in 0..<10 {
                let method = RandomTable.method(&dice)
                let path = RandomTable.path(&dice)
                if let fault = Self.fault(table, exact, method, path) {
                    Issue.record("seed \(seed): \(method) \(path): \(fault), by\n\(random.text)")
                    return
                }
            }
        }
    }

    /// What doesn't hold, or nil.
    private static func fault(_ table: Table, _ exact: Table, _ method: String, _ path: String) -> String? {
        let explanation = table.configuration.table.explain(method: Array(method.utf8), path: Array(path.utf8))
        let decision = table.configuration.table.decide(method, path)
        if explanation.decision != decision { return "explained \(explanation.decision), not \(decision)" }
        let deciding = explanation.candidates.filter { $0.standing == .decides }.map(\.route)
        let others = explanation.candidates.dropFirst().map(\.standing)
        if others.contains(where: { $0 == .decides || $0 == .wouldDecide }) { return "two rules decide" }
        switch decision {
        case .matched(let id):
            return deciding == [id] ? nil : "\(deciding) explained, \(id) decided"
        case .ambiguous(.otherSpelling):
            guard let other = explanation.otherSpelling else { return "no other spelling is shown" }
            let decides = exact.configuration.table.explain(method: Array(method.utf8), path: other.path)
            guard decides.candidates.first?.route == other.route else { return "\(other) is decided otherwise" }
            let rules = table.configuration.rules
            let own = explanation.candidates.first.map { rules[$0.route.index].access.text }
            return own == rules[other.route.index].access.text ? "\(other) has the same WHO" : nil
        case .ambiguous:
            return deciding.isEmpty ? nil : "\(deciding) decides an ambiguous path"
        case .hostUnknown: return "a table knows nothing of hosts"
        case .noRoute:
            return explanation.candidates.isEmpty ? nil : "candidates without a route"
        case .methodNotAllowed:
            let isAll = explanation.candidates.allSatisfy { $0.standing == .methodDoesNotMatch }
            return isAll ? nil : "a rule has the method"
        }
    }
}
