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
        _ count: Int, sourceLocation: SourceLocation = #_sourceLocation,
        _ objection: (inout SeededGenerator) -> String?
    ) {
        for number in 0..<count {
            let seed = first &+ number
            var generator = SeededGenerator(seed: seed)
            if let objection = objection(&generator) {
                Issue.record("\(variable)=\(seed): \(objection)", sourceLocation: sourceLocation)
                return
            }
        }
    }
}
