/// Which rules match a path: the trie made deterministic.
///
/// A state is the list of the places in the trie that the segments so far may have led to, the most specific
/// first. Places that can't decide any continuation, because a more specific one always would, are left out: this keeps
/// the lists short and the states few.
struct MatchAutomaton {
    /// A node of the trie, or the inside of its `**`.
    struct Place: Hashable {
        let node: Int32
        let insideRest: Bool
    }

    private enum Step {
        case literal(Int32), unknown, empty
    }

    private(set) var states: [TransitionTable.State] = []
    private(set) var edges: [UInt64: Int32] = [:]
    private(set) var places: [[Place]] = []
    /// Per state: the spellings whose edges aren't left to a delegate.
    private(set) var spellings: [[Int32]] = []

    private let trie: PatternTrie
    private let shapes: PatternShapes
    private let methods: [MethodSet]
    private var numbers: [[Place]: Int32] = [:]

    /// Each delegation may cost a request one more look-up.
    private static let longestDelegation = 4

    static let dead: Int32 = 0
    static let start: Int32 = 1

    /// - Parameter methods: per endpoint.
    init(_ trie: PatternTrie, shapes: PatternShapes, methods: [MethodSet], budget: AutomatonBudget) {
        (self.trie, self.shapes, self.methods) = (trie, shapes, methods)
        var budget = budget
        _ = number([])
        _ = number([Place(node: 0, insideRest: false)])
        var next = 0
        while next < states.count {
            build(Int32(next), &budget)
            next += 1
        }
    }

    /// True for a state whose edges are known.
    func isBuilt(_ state: Int32) -> Bool { states[Int(state)].answers >= 0 }

    /// Only for built states.
    func next(_ state: Int32, _ spelling: Int32) -> Int32 {
        var current = state
        while true {
            if let target = edges[TransitionTable.key(current, spelling)] { return target }
            let delegate = states[Int(current)].delegate
            if delegate < 0 { return states[Int(current)].other }
            current = delegate
        }
    }

    /// The endpoints of a path that ends in the state, the most specific first.
    func endpoints(_ state: Int32) -> [Int32] {
        places[Int(state)].flatMap { place in
            let node = trie.nodes[Int(place.node)]
            return (place.insideRest ? [node.rest] : [node.end, node.rest]).filter { $0 >= 0 }
        }
    }

    private mutating func build(_ state: Int32, _ budget: inout AutomatonBudget) {
        let list = places[Int(state)]
        let delegate = self.delegate(list)
        let own = Self.spellings(delegate == nil ? list[...] : list.prefix(1), trie)
        guard budget.takeState(places: list.count, edges: own.count) else {
            // Every path stays here, so that its end tells that this state wasn't built.
            (states[Int(state)].other, states[Int(state)].empty) = (state, state)
            return
        }
        // Numbers are given in the order of building, the delegate's first: it must be built as well.
        if let delegate { states[Int(state)].delegate = number(delegate) }
        let other = number(step(list, to: .unknown))
        states[Int(state)].other = other
        states[Int(state)].empty = number(step(list, to: .empty))
        states[Int(state)].answers = state
        for spelling in own {
            let target = number(step(list, to: .literal(spelling)))
            if delegate != nil || target != other { edges[TransitionTable.key(state, spelling)] = target }
        }
        spellings[Int(state)] = own
    }

    /// The list without its first place, where that one contributes nothing but its literals' edges. Copying all
    /// edges instead would make a table of n rules `/x-i/a` and n rules `/{name}/y-i` n² large.
    private func delegate(_ list: [Place]) -> [Place]? {
        guard let first = list.first, !first.insideRest, 2...Self.longestDelegation ~= list.count else { return nil }
        let node = trie.nodes[Int(first.node)]
        guard node.any < 0, node.rest < 0 else { return nil }
        let others = Array(list.dropFirst())
        return others.contains { !$0.insideRest && trie.nodes[Int($0.node)].hasNames } ? others : nil
    }

    private static func spellings(_ list: ArraySlice<Place>, _ trie: PatternTrie) -> [Int32] {
        var found: Set<Int32> = []
        for place in list where !place.insideRest {
            found.formUnion(trie.nodes[Int(place.node)].literals.keys)
        }
        found.remove(SegmentTable.empty)
        return found.sorted()
    }

    private func step(_ list: [Place], to segment: Step) -> [Place] {
        var next: [Place] = []
        for place in list {
            let node = trie.nodes[Int(place.node)]
            if !place.insideRest {
                let literal: Int32? =
                    switch segment {
                    case .literal(let spelling): node.literals[spelling]
                    case .empty: node.literals[SegmentTable.empty]
                    case .unknown: nil
                    }
                if let literal { next.append(Place(node: literal, insideRest: false)) }
                if node.any >= 0, !isEmpty(segment) { next.append(Place(node: node.any, insideRest: false)) }
            }
            if node.rest >= 0 { next.append(Place(node: place.node, insideRest: true)) }
        }
        return pruned(next)
    }

    private func isEmpty(_ segment: Step) -> Bool {
        if case .empty = segment { true } else { false }
    }

    /// Without the places that never decide: those whose methods a more specific `**` takes, those that match just
    /// what a more specific place matches, and ends whose methods all end at a more specific place.
    private func pruned(_ list: [Place]) -> [Place] {
        guard list.count > 1 else { return list }
        var kept: [Place] = []
        var languages: Set<Int32> = []
        var always = MethodSet.none
        var here = MethodSet.none
        for place in list {
            let node = trie.nodes[Int(place.node)]
            let rest = node.rest >= 0 ? methods[Int(node.rest)] : .none
            let end = node.end >= 0 ? methods[Int(node.end)] : .none
            let below = place.insideRest ? rest : shapes.reach[Int(place.node)]
            let isLeaf = !place.insideRest && node.any < 0 && node.literals.isEmpty && node.rest < 0
            if below.isSubset(of: always) || isLeaf && end.isSubset(of: here) { continue }
            if !place.insideRest, !languages.insert(shapes.language[Int(place.node)]).inserted { continue }
            kept.append(place)
            always = always.union(rest)
            here = here.union(rest).union(place.insideRest ? .none : end)
        }
        return kept
    }

    private mutating func number(_ list: [Place]) -> Int32 {
        if let number = numbers[list] { return number }
        let number = Int32(states.count)
        numbers[list] = number
        places.append(list)
        spellings.append([])
        states.append(TransitionTable.State())
        return number
    }
}
