import FoundationEssentials
import Testing

/// Random sequences of events, other ones in every run. A failure names the seed of its sequence; with it in
/// `GATEWAY_TEST_SEED` a run begins with this very sequence.
enum Sequences {
    private static let variable = "GATEWAY_TEST_SEED"
    private static let first =
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? Int.random(in: 0..<1_000_000_000)

    /// Runs `count` of them, up to the first that `objection` has something against.
    static func run(
        _ count: Int, sourceLocation: SourceLocation = #_sourceLocation, _ objection: (inout Chance) -> String?
    ) {
        for number in 0..<count {
            let seed = first &+ number
            var chance = Chance(seed: seed)
            if let objection = objection(&chance) {
                Issue.record("\(variable)=\(seed): \(objection)", sourceLocation: sourceLocation)
                return
            }
        }
    }
}

/// SplitMix64: the same seed brings the same events again.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0xD134_2543_DE82_EF95 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to and without `bound`, which is not 0.
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    mutating func element<Element>(of choices: [Element]) -> Element { choices[below(choices.count)] }
}
