internal import Synchronization

/// A second signal while the gateway stops: whatever it waits for then is given up.
final class Haste: Sendable {
    private struct State {
        var isNow = false
        var waits: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// Calls `giveUp` when there is haste, at once where there is already.
    func whenNow(_ giveUp: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if !state.isNow { state.waits.append(giveUp) }
            return state.isNow
        }
        if isNow { giveUp() }
    }

    func now() {
        let waits = state.withLock { state in
            state.isNow = true
            defer { state.waits = [] }
            return state.waits
        }
        for giveUp in waits { giveUp() }
    }
}
