internal import Synchronization

/// Whether the gateway can serve, as `/ready` of the admin listener tells a load balancer.
final class Readiness: Sendable {
    private struct State {
        var isListening = false
        var isDraining = false
        /// Event loops whose connection to the blacklist answers, of how many.
        var blacklistLoops = 0
        var expectedLoops = 0
        var warnings: [String] = []
        var reloadFailure: String?
    }

    private let state = Mutex(State())

    enum Answer: Equatable {
        case ready
        case starting, draining, blacklistUnavailable

        var reason: String {
            switch self {
            case .ready: "ready"
            case .starting: "starting"
            case .draining: "draining"
            case .blacklistUnavailable: "blacklist_unavailable"
            }
        }
    }

    var answer: Answer {
        state.withLock { state in
            if state.isDraining { return .draining }
            if !state.isListening { return .starting }
            return state.blacklistLoops < state.expectedLoops ? .blacklistUnavailable : .ready
        }
    }

    /// What does not stop the gateway and yet should be looked at.
    var warnings: [String] { state.withLock { $0.warnings + [$0.reloadFailure].compactMap { $0 } } }

    /// nil: the last reload worked.
    func reloaded(failure: String?) { state.withLock { $0.reloadFailure = failure } }

    func warn(_ text: String) { state.withLock { $0.warnings.append(text) } }
    func listening() { state.withLock { $0.isListening = true } }
    func draining() { state.withLock { $0.isDraining = true } }
    func expectBlacklist(loops: Int) { state.withLock { $0.expectedLoops = loops } }

    /// One event loop's connection came or went.
    func blacklist(isUp: Bool) { state.withLock { $0.blacklistLoops += isUp ? 1 : -1 } }
}
