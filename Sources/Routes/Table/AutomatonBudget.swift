/// How large an automaton may become.
///
/// Rules that mix literals and `{name}` at many places, all combinations of them different, can make as many
/// states as there are combinations. Beyond the budget states stay unbuilt: a path that reaches one is decided by
/// `PatternSearch`, which walks the trie and whose cost is bounded by its size.
///
/// The unit is a step from one place of the trie to the next, about 0.1 µs of loading. Tables that people write need
/// about a dozen for each segment of their rules.
package struct AutomatonBudget: Sendable {
    private var steps: Int
    private let stepsPerNode: Int

    package static let standard = AutomatonBudget(steps: 500_000, stepsPerNode: 32)
    /// Nothing is built: every path is decided by `PatternSearch`. For tests.
    package static let none = AutomatonBudget(steps: 0, stepsPerNode: 0)

    private init(steps: Int, stepsPerNode: Int) {
        self.steps = steps
        self.stepsPerNode = stepsPerNode
    }

    /// What a trie of this many nodes may take.
    func granted(nodes: Int) -> AutomatonBudget {
        AutomatonBudget(steps: steps + stepsPerNode * nodes, stepsPerNode: 0)
    }

    /// True while another state may be built.
    ///
    /// - Parameters:
    ///   - places: how many places of the trie, or states of the other automaton, it stands for.
    ///   - edges: how many edges it gets, beside the two that every state has.
    mutating func takeState(places: Int, edges: Int) -> Bool {
        let cost = (places + 1) * (edges + 2)
        guard steps >= cost else { return false }
        steps -= cost
        return true
    }
}
