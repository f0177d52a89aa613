/// Leaves out of a set of match states those that can't make a difference to the variant rule.
///
/// Of two states that give the same WHOs to the same remainders, only the more specific one counts: a spelling matters
/// when the rule that decides it has another WHO and isn't less specific than the rule of the path as written.
struct VariantOrdering {
    private struct Key {
        let policy: [Int32]
        let ranks: [Int32]
    }

    /// Larger sets aren't compared, and not built.
    static let largest = 64

    private let keys: [Key]

    /// - Parameters:
    ///   - ranks: per endpoint, see `Specificity`.
    ///   - policies: per endpoint, equal where the methods' WHOs are.
    init(_ match: MatchAutomaton, _ trie: PatternTrie, _ shapes: PatternShapes, ranks: [Int32], policies: [Int32]) {
        keys = match.places.map { places in
            Key(
                policy: places.map { place in
                    place.insideRest
                        ? -1 - policies[Int(trie.nodes[Int(place.node)].rest)] : shapes.policy[Int(place.node)]
                },
                ranks: places.map { place in
                    place.insideRest
                        ? ranks[Int(trie.nodes[Int(place.node)].rest)] : shapes.prefixRank[Int(place.node)]
                })
        }
    }

    /// Ascending, each state once.
    func reduced(_ set: [Int32]) -> [Int32] {
        let distinct = Set(set).subtracting([MatchAutomaton.dead]).sorted()
        guard 2...Self.largest ~= distinct.count else { return distinct }
        var groups: [[Int32]: [Int32]] = [:]
        for state in distinct {
            groups[keys[Int(state)].policy, default: []].append(state)
        }
        return groups.values.flatMap(undominated).sorted()
    }

    private func undominated(_ group: [Int32]) -> [Int32] {
        var kept: [Int32] = []
        for state in group where !kept.contains(where: { dominates($0, state) }) {
            kept.removeAll { dominates(state, $0) }
            kept.append(state)
        }
        return kept
    }

    private func dominates(_ one: Int32, _ other: Int32) -> Bool {
        zip(keys[Int(one)].ranks, keys[Int(other)].ranks).allSatisfy { $0 <= $1 }
    }
}
