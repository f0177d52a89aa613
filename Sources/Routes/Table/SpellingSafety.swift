/// Which paths need no look at their other spellings.
///
/// A path is plain when each of its segments that patterns name is spelled as they spell it, and they spell it in one
/// way. For plain paths the state of `MatchAutomaton` nearly always tells that no other spelling can matter; so
/// `VariantAutomaton`, which would double the cost of a request, is only run for the others. Here both are run over all
/// plain paths, when the table is built.
struct SpellingSafety {
    /// Whether a plain path that ends in a state may be decided without looking at other spellings.
    struct State: Sendable {
        var isSafe = true
        /// The same, with a trailing slash after it.
        var isSafeWithSlash = true
    }

    /// Per state of `MatchAutomaton`.
    private(set) var states: [State]

    private struct Pair: Hashable {
        let match: Int32
        let variant: Int32
    }

    private let match: MatchAutomaton
    private let variants: VariantAutomaton
    private let segments: SegmentTable
    private var seen: Set<Pair> = []
    private var queue: [Pair] = []

    /// - Parameter isSafe: for a state of the one and of the other automaton, where the path, with or without a
    ///   trailing slash, may end.
    init(
        _ match: MatchAutomaton, _ variants: VariantAutomaton, _ segments: SegmentTable, budget: AutomatonBudget,
        isSafe: (_ match: Int32, _ variant: Int32) -> Bool
    ) {
        (self.match, self.variants, self.segments) = (match, variants, segments)
        states = [State](repeating: State(), count: match.states.count)
        var budget = budget
        push(MatchAutomaton.start, VariantAutomaton.start)
        while let pair = queue.popLast() {
            let words = self.words(pair)
            let isBuilt = match.isBuilt(pair.match) && variants.isBuilt(pair.variant)
            guard isBuilt, budget.takeState(places: 1, edges: words.count) else {
                // No promise about anything that wasn't seen whole.
                for state in states.indices { states[state] = State(isSafe: false, isSafeWithSlash: false) }
                return
            }
            let slashed = match.states[Int(pair.match)].empty
            if !isSafe(pair.match, pair.variant) { states[Int(pair.match)].isSafe = false }
            if !isSafe(slashed, pair.variant) { states[Int(pair.match)].isSafeWithSlash = false }
            follow(pair, words)
        }
    }

    private mutating func follow(_ pair: Pair, _ words: Set<Int32>) {
        let (state, variant) = (match.states[Int(pair.match)], variants.states[Int(pair.variant)])
        push(state.other, variant.other)
        push(state.empty, variant.empty)
        for word in words where segments.spellingsOfWord[Int(word)].count == 1 {
            let spelling = segments.spellingsOfWord[Int(word)].lowerBound
            push(match.next(pair.match, spelling), variants.next(pair.variant, word))
        }
    }

    /// The words that lead elsewhere than an unknown segment, from either state or its delegates.
    private func words(_ pair: Pair) -> Set<Int32> {
        var words: Set<Int32> = []
        var state = pair.match
        while state >= 0 {
            for spelling in match.spellings[Int(state)] { words.insert(segments.wordOfSpelling[Int(spelling)]) }
            state = match.states[Int(state)].delegate
        }
        var variant = pair.variant
        while variant >= 0 {
            words.formUnion(variants.words[Int(variant)])
            variant = variants.states[Int(variant)].delegate
        }
        return words
    }

    private mutating func push(_ match: Int32, _ variant: Int32) {
        let pair = Pair(match: match, variant: variant)
        if seen.insert(pair).inserted { queue.append(pair) }
    }
}
