/// Decides the paths whose states weren't built, by walking the trie.
///
/// Its cost is bounded by the number of the trie's nodes that are compatible with the path. It sees every rule that
/// matches some spelling of the path, also one that a more specific rule would hide in each of them: for such
/// entangled rules `target_ambiguous` may be answered where an exact comparison would let the path pass, never the
/// other way round.
struct PatternSearch: Sendable {
    /// What was found for one path.
    struct Found {
        /// The rules that match the path as written, the most specific first.
        var endpoints: [Endpoint] = []
        /// Those that match some other spelling.
        var variants: [Endpoint] = []
    }

    private let trie: PatternTrie
    private let endpoints: [Endpoint]
    private let segments: SegmentTable

    init(_ trie: PatternTrie, _ endpoints: [Endpoint], _ segments: SegmentTable) {
        (self.trie, self.endpoints, self.segments) = (trie, endpoints, segments)
    }

    /// - Parameter path: its segments; a trailing slash is an empty one.
    func find(_ path: [SegmentTable.Entry]) -> Found {
        var found = Found()
        visit(0, path[...]) { literals, segment in
            literals[segment.spelling].map { [$0] } ?? []
        } report: {
            found.endpoints.append(endpoints[Int($0)])
        }
        for variant in [path, toggled(path)] {
            visit(0, variant[...]) { literals, segment in
                guard segment.word >= 0 else { return [] }
                return segments.spellingsOfWord[Int(segment.word)].compactMap { literals[$0] }
            } report: {
                found.variants.append(endpoints[Int($0)])
            }
        }
        return found
    }

    /// With a trailing slash where the path has none, without it where it has one.
    private func toggled(_ path: [SegmentTable.Entry]) -> [SegmentTable.Entry] {
        if path.last?.spelling == SegmentTable.empty { return path.dropLast() }
        return path + [SegmentTable.Entry(spelling: SegmentTable.empty, word: SegmentTable.empty)]
    }

    private func visit(
        _ number: Int32, _ path: ArraySlice<SegmentTable.Entry>,
        children: ([Int32: Int32], SegmentTable.Entry) -> [Int32], report: (Int32) -> Void
    ) {
        let node = trie.nodes[Int(number)]
        if let segment = path.first {
            let rest = path.dropFirst()
            for child in children(node.literals, segment) { visit(child, rest, children: children, report: report) }
            if node.any >= 0, segment.spelling != SegmentTable.empty {
                visit(node.any, rest, children: children, report: report)
            }
        } else if node.end >= 0 {
            report(node.end)
        }
        if node.rest >= 0 { report(node.rest) }
    }
}
