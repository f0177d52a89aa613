internal import Synchronization

/// A client that asks the same again and again on one connection, on a thread of its own, until it is told to stop.
final class Load: Sendable {
    private struct State {
        var count = 0
        var outcomes: Set<String> = []
        var latest = ""
        var isStopped = false
        var hasEnded = false
    }

    private let state = Mutex(State())

    init(port: Int, request: Request) {
        onThread {
            self.run(port: port, request: request)
            self.state.withLock { $0.hasEnded = true }
        }
    }

    /// Every outcome there was so far.
    var outcomes: Set<String> { state.withLock { $0.outcomes } }

    /// That many more.
    func waitForAnswers(_ count: Int) throws {
        let before = state.withLock { $0.count }
        try eventually("\(count) answers") { state.withLock { $0.count >= before + count } }
    }

    /// The next answer that is so.
    func waitForOutcome(_ outcome: String) throws {
        try eventually("an answer \(outcome) (there were \(outcomes))") { state.withLock { $0.latest == outcome } }
    }

    func stop() throws -> Set<String> {
        state.withLock { $0.isStopped = true }
        try eventually("the load to end") { state.withLock { $0.hasEnded } }
        return outcomes
    }

    private func run(port: Int, request: Request) {
        do {
            let client = try RawClient(port: port)
            while !state.withLock({ $0.isStopped }) {
                try client.send(request.text)
                let outcome = try client.response(to: request.method).outcome
                state.withLock { state in
                    state.count += 1
                    state.outcomes.insert(outcome)
                    state.latest = outcome
                }
            }
        } catch { state.withLock { _ = $0.outcomes.insert("\(error)") } }
    }
}
