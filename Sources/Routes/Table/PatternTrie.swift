/// All patterns of a table as a tree of segments. The source of the automata, and what is searched where they
/// end (see `AutomatonBudget`).
struct PatternTrie: Sendable {
    struct Node: Sendable {
        /// By the spelling's number; the empty one stands for a trailing slash.
        var literals: [Int32: Int32] = [:]
        /// The child by `{name}`; -1: none, here and below.
        var any: Int32 = -1
        /// The endpoint of the pattern that ends here.
        var end: Int32 = -1
        /// The endpoint of the pattern that goes on with `**`.
        var rest: Int32 = -1

        /// True where some literal other than the empty one goes on from here.
        var hasNames: Bool { literals.count > (literals[SegmentTable.empty] == nil ? 0 : 1) }
    }

    /// A node stands before its children.
    private(set) var nodes = [Node()]

    init(_ patterns: [PathPattern], segments: SegmentTable) {
        for (endpoint, pattern) in patterns.enumerated() {
            var node = 0
            for segment in pattern.segments {
                switch segment {
                case .literal(let literal): node = literalChild(of: node, segments.number(of: literal))
                case .any: node = anyChild(of: node)
                }
            }
            if pattern.hasRest {
                nodes[node].rest = Int32(endpoint)
            } else {
                nodes[node].end = Int32(endpoint)
            }
        }
    }

    private mutating func literalChild(of node: Int, _ spelling: Int32) -> Int {
        if let child = nodes[node].literals[spelling] { return Int(child) }
        nodes[node].literals[spelling] = Int32(nodes.count)
        nodes.append(Node())
        return nodes.count - 1
    }

    private mutating func anyChild(of node: Int) -> Int {
        if nodes[node].any >= 0 { return Int(nodes[node].any) }
        nodes[node].any = Int32(nodes.count)
        nodes.append(Node())
        return nodes.count - 1
    }
}
