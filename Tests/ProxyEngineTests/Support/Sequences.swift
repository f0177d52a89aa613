import FoundationEssentials
import Testing

/// Random sequences of events. `make test` runs the same ones each time; `make model` runs more, from a seed that it draws and prints.
/// A failure names the seed of its sequence; with it in `GATEWAY_TEST_SEED` a run begins with this very sequence.
enum Sequences {
    private static let variable = "GATEWAY_TEST_SEED"
    private static let first =
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? 20_261_201

    /// How many orders of a model run.
    static let orders = ProcessInfo.processInfo.environment["GATEWAY_TEST_ORDERS"].flatMap { Int($0) } ?? 20_000

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
