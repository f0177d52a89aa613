/// Decides the paths whose states weren't built, by walking the trie.
///
/// Its cost is bounded by the number of the trie's nodes that are compatible with the path. It sees every rule that
/// matches some spelling of the path, also one that a more specific rule would hide in each of them: for such
/// entangled rules `target_ambiguous` may be answered where an exact comparison would let the path pass, never the
/// other way round.
struct PatternSearch: Sendable {
    /// Which literals of a node a segment takes.
    private enum Spelling {
        case asWritten, any
    }

    private let trie: PatternTrie
    private let endpoints: [Endpoint]
    private let segments: SegmentTable
    /// Per rule.
    private let specificities: [Specificity]

    init(_ trie: PatternTrie, _ endpoints: [Endpoint], _ segments: SegmentTable, _ rules: [Rule]) {
        (self.trie, self.endpoints, self.segments) = (trie, endpoints, segments)
        specificities = rules.map { Specificity($0.path) }
    }

    /// The rule that decides the path as written.
    func rule(for method: Method, _ path: [SegmentTable.Entry]) -> RouteID? {
        var found: RouteID?
        _ = visit(0, path[...], .asWritten, nil) { endpoint in
            found = endpoint.rule(for: method)
            return found != nil
        }
        return found
    }

    /// Every path's rules that match it as written, the most specific first.
    func endpoints(_ path: [SegmentTable.Entry]) -> [Endpoint] {
        var found: [Endpoint] = []
        _ = visit(0, path[...], .asWritten, nil) { endpoint in
            found.append(endpoint)
            return false
        }
        return found
    }

    /// True when a rule of some spelling of the path, with or without its trailing slash, is a threat.
    ///
    /// - Parameter rule: decides the path as written; what is less specific isn't visited.
    func hasThreat(
        for method: Method, _ path: [SegmentTable.Entry], besides rule: RouteID,
        where isThreat: (RouteID) -> Bool
    ) -> Bool {
        [path, toggled(path)].contains { path in
            visit(0, path[...], .any, specificities[rule.index].kinds[...]) { endpoint in
                endpoint.rule(for: method).map(isThreat) ?? false
            }
        }
    }

    /// With a trailing slash where the path has none, without it where it has one.
    private func toggled(_ path: [SegmentTable.Entry]) -> [SegmentTable.Entry] {
        path.last?.isEmpty ?? false ? path.dropLast() : path + [.empty]
    }

    /// The most specific first; true as soon as `report` is.
    ///
    /// - Parameter bound: what a pattern's further kinds may at most be; nil: anything.
    private func visit(
        _ number: Int32, _ path: ArraySlice<SegmentTable.Entry>, _ spelling: Spelling, _ bound: ArraySlice<UInt8>?,
        report: (Endpoint) -> Bool
    ) -> Bool {
        let node = trie.nodes[Int(number)]
        if let segment = path.first {
            let rest = path.dropFirst()
            for child in literals(node, segment, spelling) {
                if visit(child, rest, spelling, tightened(bound, 0), report: report) { return true }
            }
            if node.any >= 0, !segment.isEmpty, (bound?.first ?? .max) >= 1 {
                if visit(node.any, rest, spelling, tightened(bound, 1), report: report) { return true }
            }
        } else if node.end >= 0 {
            if report(endpoints[Int(node.end)]) { return true }
        }
        return node.rest >= 0 && report(endpoints[Int(node.rest)])
    }

    private func literals(_ node: PatternTrie.Node, _ segment: SegmentTable.Entry, _ spelling: Spelling) -> [Int32] {
        switch spelling {
        case .asWritten: return node.literals[segment.spelling].map { [$0] } ?? []
        case .any:
            guard segment.word >= 0 else { return [] }
            return segments.spellingsOfWord[Int(segment.word)].compactMap { node.literals[$0] }
        }
    }

    /// After a segment of a kind that isn't less specific than the bound's: a more specific one frees from it.
    private func tightened(_ bound: ArraySlice<UInt8>?, _ kind: UInt8) -> ArraySlice<UInt8>? {
        guard let bound, let first = bound.first, first == kind else { return nil }
        return bound.dropFirst()
    }
}
