/// Which methods of a pattern with `**` more specific patterns take for every path: `/a/**` beside `/a`, `/a/` and
/// `/a/{x}/**`. Empty segments within a path aren't thought of: a route must tolerate them.
struct PatternCoverage {
    /// By the pattern's position; patterns without `**` always have a path of their own.
    private(set) var taken: [Int: MethodSet] = [:]

    private let trie: PatternTrie
    private let methods: [MethodSet]
    /// Per node: the methods of which every remainder of a path is matched.
    private var full: [MethodSet] = []

    init(_ index: EndpointIndex) {
        trie = PatternTrie(index.patterns, segments: SegmentTable(index.patterns))
        methods = index.endpoints.map(\.methods)
        full = [MethodSet](repeating: .none, count: trie.nodes.count)
        // A node stands before its children.
        for (number, node) in trie.nodes.enumerated().reversed() {
            // A path has at least one segment, so none ends at the root.
            let end = number == 0 ? MethodSet.all : methods(node.end)
            let slash = node.literals[SegmentTable.empty].map { methods(trie.nodes[Int($0)].end) } ?? .none
            let below = node.any < 0 ? MethodSet.none : full[Int(node.any)]
            let specific = end.intersection(slash).intersection(below)
            full[number] = specific.union(methods(node.rest))
            if node.rest >= 0 { taken[Int(node.rest)] = specific }
        }
    }

    private func methods(_ endpoint: Int32) -> MethodSet { endpoint < 0 ? .none : methods[Int(endpoint)] }
}
