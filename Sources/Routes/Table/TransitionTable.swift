/// The edges of an automaton: from a state and the number of a segment to the next state.
///
/// Open addressing with keys that are compared whole; built once, never changed.
struct TransitionTable: Sendable {
    struct State: Sendable {
        /// The next state after a segment without an edge of its own.
        var other: Int32 = 0
        /// The next state after an empty segment.
        var empty: Int32 = 0
        /// Where the edges that aren't here may be found; -1: nowhere; -2: nor are any here.
        var delegate: Int32 = -1
        /// The answers for a path that ends here; -1: this state wasn't built (see `AutomatonBudget`).
        var answers: Int32 = -1

        /// False where every segment that isn't empty leads to `other`.
        var hasEdges: Bool { delegate != -2 }
    }

    private static let maxProbes = 8

    let states: [State]
    private struct Edge {
        var key: UInt64
        var target: Int32

        /// No state has this number.
        static let none = Edge(key: .max, target: 0)
    }

    private var edges: [Edge] = []
    private var shift: UInt64

    init(states: [State], edges: [UInt64: Int32]) {
        var leaves = Set(states.indices)
        for key in edges.keys { leaves.remove(Int(key >> 32)) }
        self.states = states.enumerated().map { index, state in
            var state = state
            if state.delegate < 0 && leaves.contains(index) { state.delegate = -2 }
            return state
        }
        var bits: UInt64 = 4
        while 1 << bits < edges.count * 2 { bits += 1 }
        shift = 0
        // More room until no edge lies further than `maxProbes` from its place. The keys are distinct and the
        // mixing is a bijection, so room always helps in the end.
        while !fill(edges, bits: bits) { bits += 1 }
    }

    /// False where some state wasn't built.
    var isComplete: Bool { states.allSatisfy { $0.answers >= 0 } }

    static func key(_ state: Int32, _ segment: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: state)) << 32 | UInt64(UInt32(bitPattern: segment))
    }

    /// - Parameter segment: -1 for one that no pattern has.
    @inline(__always)
    func next(_ state: Int32, _ segment: Int32) -> Int32 {
        let states = self.states.span
        guard segment >= 0 && states[Int(state)].hasEdges else { return states[Int(state)].other }
        let key = Self.key(state, segment)
        let slot = Int(truncatingIfNeeded: Self.mixed(key) &>> shift)
        let edges = self.edges.span
        // In bounds: slots have as many bits as the number of edges needs.
        return edges[unchecked: slot].key == key ? edges[unchecked: slot].target : next(state, segment, from: slot)
    }

    /// For edges that aren't in their first place, and states without one: apart, so that the common case stays small.
    @inline(never)
    private func next(_ state: Int32, _ segment: Int32, from slot: Int) -> Int32 {
        let edges = self.edges.span
        var slot = slot
        var state = state
        while true {
            let key = Self.key(state, segment)
            while edges[unchecked: slot].key != .max {
                if edges[unchecked: slot].key == key { return edges[unchecked: slot].target }
                slot = (slot &+ 1) & (edges.count &- 1)
            }
            let delegate = states[Int(state)].delegate
            guard delegate >= 0 else { return states[Int(state)].other }
            state = delegate
            slot = Int(truncatingIfNeeded: Self.mixed(Self.key(state, segment)) &>> shift)
        }
    }

    /// The next state after an empty segment.
    func empty(_ state: Int32) -> Int32 { states[Int(state)].empty }

    /// The row of answers for a path that ends here; -1: this state wasn't built.
    func answers(_ state: Int32) -> Int32 { states[Int(state)].answers }

    private static func mixed(_ key: UInt64) -> UInt64 {
        (key ^ key &>> 29) &* 0x9E37_79B9_7F4A_7C15
    }

    private mutating func fill(_ edges: [UInt64: Int32], bits: UInt64) -> Bool {
        shift = 64 - bits
        self.edges = [Edge](repeating: .none, count: 1 << bits)
        for (key, target) in edges {
            var slot = Int(Self.mixed(key) &>> shift)
            var probes = 1
            while self.edges[slot].key != .max {
                slot = (slot + 1) & (self.edges.count - 1)
                probes += 1
            }
            if probes > Self.maxProbes { return false }
            self.edges[slot] = Edge(key: key, target: target)
        }
        return true
    }
}
