/// What the automata's builders ask about the trie again and again: which parts of it are alike.
struct PatternShapes {
    /// Per node: every method that is matched somewhere below.
    private(set) var reach: [MethodSet]
    /// Per node: equal where two nodes match the same remainders of paths with the same methods.
    private(set) var language: [Int32]
    /// Per node: equal where two nodes also give them the same WHOs.
    private(set) var policy: [Int32]
    /// Per node: how specific its prefix is among the nodes of its depth; the smallest is the most specific.
    private(set) var prefixRank: [Int32]

    private struct Shape: Hashable {
        let literals: [Int32: Int32]
        let any: Int32
        let end: Int32
        let rest: Int32
    }

    /// - Parameters:
    ///   - languages: per endpoint, equal where the methods are.
    ///   - policies: per endpoint, equal where the methods' WHOs are.
    init(_ trie: PatternTrie, methods: [MethodSet], languages: [Int32], policies: [Int32]) {
        language = Self.shapes(trie, labels: languages)
        policy = Self.shapes(trie, labels: policies)
        reach = [MethodSet](repeating: .none, count: trie.nodes.count)
        for (index, node) in trie.nodes.enumerated().reversed() {
            var below = MethodSet.none
            for endpoint in [node.end, node.rest] where endpoint >= 0 { below = below.union(methods[Int(endpoint)]) }
            for child in node.literals.values { below = below.union(reach[Int(child)]) }
            if node.any >= 0 { below = below.union(reach[Int(node.any)]) }
            reach[index] = below
        }
        prefixRank = Self.prefixRanks(trie)
    }

    /// Numbers subtrees from the leaves up, alike ones alike.
    private static func shapes(_ trie: PatternTrie, labels: [Int32]) -> [Int32] {
        var numbers: [Shape: Int32] = [:]
        var shapes = [Int32](repeating: 0, count: trie.nodes.count)
        for (index, node) in trie.nodes.enumerated().reversed() {
            let shape = Shape(
                literals: node.literals.mapValues { shapes[Int($0)] },
                any: node.any < 0 ? -1 : shapes[Int(node.any)],
                end: node.end < 0 ? -1 : labels[Int(node.end)],
                rest: node.rest < 0 ? -1 : labels[Int(node.rest)])
            let number = numbers[shape] ?? Int32(numbers.count)
            numbers[shape] = number
            shapes[index] = number
        }
        return shapes
    }

    /// Depth by depth: a child's place follows from its parent's place and from its own kind.
    private static func prefixRanks(_ trie: PatternTrie) -> [Int32] {
        var ranks = [Int32](repeating: 0, count: trie.nodes.count)
        var level: [Int32] = [0]
        while !level.isEmpty {
            var keyed: [(node: Int32, key: Int32)] = []
            for parent in level {
                let node = trie.nodes[Int(parent)]
                for child in node.literals.values { keyed.append((child, ranks[Int(parent)] * 2)) }
                if node.any >= 0 { keyed.append((node.any, ranks[Int(parent)] * 2 + 1)) }
            }
            var places: [Int32: Int32] = [:]
            for key in Set(keyed.map(\.key)).sorted() { places[key] = Int32(places.count) }
            for (node, key) in keyed { ranks[Int(node)] = places[key] ?? 0 }
            level = keyed.map(\.node)
        }
        return ranks
    }
}
