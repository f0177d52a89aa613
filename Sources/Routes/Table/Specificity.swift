/// How specific a pattern is: compared segment by segment from the left, literal, `{name}`, the end, `**`.
///
/// For two patterns that match one path this is the contract's order. Between patterns of two spellings of a
/// path, literals tie, and so does a pattern with a trailing slash with the one without.
struct Specificity: Sendable, Hashable, Comparable {
    let kinds: [UInt8]

    init(_ pattern: PathPattern) {
        var kinds = pattern.segments.map { $0 == .any ? UInt8(1) : 0 }
        if pattern.segments.last == .literal([]) { kinds.removeLast() }
        kinds.append(pattern.hasRest ? 3 : 2)
        self.kinds = kinds
    }

    static func < (left: Specificity, right: Specificity) -> Bool {
        left.kinds.lexicographicallyPrecedes(right.kinds)
    }

    /// The place of each pattern in the order, equal where two tie; the most specific first.
    static func ranks(_ patterns: [PathPattern]) -> [Int32] {
        let keys = patterns.map(Specificity.init)
        var places: [Specificity: Int32] = [:]
        for key in Set(keys).sorted() { places[key] = Int32(places.count) }
        return keys.map { places[$0] ?? 0 }
    }
}
