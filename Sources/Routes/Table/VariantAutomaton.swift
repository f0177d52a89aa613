/// Which rules would match a path in its other spellings: with or without its trailing slash, in other ASCII case, with
/// Unicode normalized or not, with blanks at a segment's ends or without.
///
/// It reads words, which none of these distinguish. A state is the set of the states that `MatchAutomaton` may
/// be in after some spelling of the segments so far.
struct VariantAutomaton {
    private(set) var states: [TransitionTable.State] = []
    private(set) var edges: [UInt64: Int32] = [:]
    /// Per state: the states of `MatchAutomaton`, ascending.
    private(set) var members: [[Int32]] = []
    /// Per state: the words whose edges aren't left to a delegate.
    private(set) var words: [[Int32]] = []

    private let match: MatchAutomaton
    private let segments: SegmentTable
    private let ordering: VariantOrdering
    private var numbers: [[Int32]: Int32] = [:]

    static let start: Int32 = 1

    init(_ match: MatchAutomaton, segments: SegmentTable, ordering: VariantOrdering, budget: AutomatonBudget) {
        (self.match, self.segments, self.ordering) = (match, segments, ordering)
        var budget = budget
        _ = number([])
        _ = number([MatchAutomaton.start])
        var next = 0
        while next < states.count {
            build(Int32(next), &budget)
            next += 1
        }
    }

    /// False for a state that outgrew the budget.
    func isBuilt(_ state: Int32) -> Bool { states[Int(state)].answers >= 0 }

    /// Only for built states.
    func next(_ state: Int32, _ word: Int32) -> Int32 {
        var current = state
        while true {
            if let target = edges[TransitionTable.key(current, word)] { return target }
            let delegate = states[Int(current)].delegate
            if delegate < 0 { return states[Int(current)].other }
            current = delegate
        }
    }

    private mutating func build(_ state: Int32, _ budget: inout AutomatonBudget) {
        let set = members[Int(state)]
        (states[Int(state)].other, states[Int(state)].empty) = (state, state)
        guard set.count <= VariantOrdering.largest, set.allSatisfy({ match.isBuilt($0) }) else { return }
        let delegate = self.delegate(set)
        let words = self.words(set, besides: delegate)
        guard budget.takeState(places: set.count, edges: words.count) else { return }
        if let delegate { states[Int(state)].delegate = number(delegate) }
        let other = number(set.map { match.states[Int($0)].other })
        states[Int(state)].other = other
        states[Int(state)].empty = number(set.map { match.states[Int($0)].empty })
        states[Int(state)].answers = state
        self.words[Int(state)] = words
        for word in words {
            let target = number(step(set, word: word))
            if delegate != nil || target != other { edges[TransitionTable.key(state, word)] = target }
        }
    }

    /// The set with each member that has a delegate replaced by it.
    private func delegate(_ set: [Int32]) -> [Int32]? {
        let delegates = set.map { match.states[Int($0)].delegate }
        guard delegates.contains(where: { $0 >= 0 }) else { return nil }
        return ordering.reduced(zip(set, delegates).map { $1 < 0 ? $0 : $1 })
    }

    /// The words that need edges of their own. Where there is a delegate, members without one are in it too, so
    /// that their edges can be left to it.
    private func words(_ set: [Int32], besides delegate: [Int32]?) -> [Int32] {
        var words: Set<Int32> = []
        for member in set where delegate == nil || match.states[Int(member)].delegate >= 0 {
            for spelling in match.spellings[Int(member)] { words.insert(segments.wordOfSpelling[Int(spelling)]) }
        }
        return words.sorted()
    }

    /// Every spelling of the word that some pattern has, and one that none has: blanks can stand at its ends.
    private func step(_ set: [Int32], word: Int32) -> [Int32] {
        var next: [Int32] = []
        for member in set {
            for spelling in segments.spellingsOfWord[Int(word)] { next.append(match.next(member, spelling)) }
            if word != SegmentTable.empty { next.append(match.states[Int(member)].other) }
        }
        return next
    }

    private mutating func number(_ set: [Int32]) -> Int32 {
        let set = ordering.reduced(set)
        if let number = numbers[set] { return number }
        let number = Int32(states.count)
        numbers[set] = number
        members.append(set)
        words.append([])
        states.append(TransitionTable.State())
        return number
    }
}
