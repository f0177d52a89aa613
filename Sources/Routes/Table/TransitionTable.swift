/// The edges of an automaton: from a state and the number of a segment to the next state.
///
/// Open addressing with keys that are compared whole; built once, never changed.
struct TransitionTable: Sendable {
    struct State: Sendable {
        /// The next state after a segment without an edge of its own.
        var other: Int32 = 0
        /// The next state after an empty segment.
        var empty: Int32 = 0
        /// Where the edges that aren't here may be found; -1: nowhere.
        var delegate: Int32 = -1
        /// The answers for a path that ends here; -1: this state wasn't built (see `AutomatonBudget`).
        var answers: Int32 = -1
    }

    private static let maxProbes = 8

    let states: [State]
    private var keys: [UInt64]
    private var targets: [Int32]
    private var shift: UInt64

    init(states: [State], edges: [UInt64: Int32]) {
        self.states = states
        var bits: UInt64 = 4
        while 1 << bits < edges.count * 2 { bits += 1 }
        (keys, targets, shift) = ([], [], 0)
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
    func next(_ state: Int32, _ segment: Int32) -> Int32 {
        guard segment >= 0 else { return states[Int(state)].other }
        var current = state
        while true {
            let key = Self.key(current, segment)
            var slot = Int(truncatingIfNeeded: Self.mixed(key) &>> shift)
            while keys[slot] != .max {
                if keys[slot] == key { return targets[slot] }
                slot = (slot + 1) & (keys.count - 1)
            }
            let delegate = states[Int(current)].delegate
            if delegate < 0 { return states[Int(current)].other }
            current = delegate
        }
    }

    private static func mixed(_ key: UInt64) -> UInt64 {
        (key ^ key &>> 29) &* 0x9E37_79B9_7F4A_7C15
    }

    private mutating func fill(_ edges: [UInt64: Int32], bits: UInt64) -> Bool {
        shift = 64 - bits
        keys = [UInt64](repeating: .max, count: 1 << bits)
        targets = [Int32](repeating: 0, count: 1 << bits)
        for (key, target) in edges {
            var slot = Int(Self.mixed(key) &>> shift)
            var probes = 1
            while keys[slot] != .max {
                slot = (slot + 1) & (keys.count - 1)
                probes += 1
            }
            if probes > Self.maxProbes { return false }
            keys[slot] = key
            targets[slot] = target
        }
        return true
    }
}
