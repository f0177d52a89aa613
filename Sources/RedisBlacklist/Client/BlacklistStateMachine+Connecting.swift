package import NIOCore

/// How a connection comes and goes.
extension BlacklistStateMachine {
    /// True when a connection must be made now; false when `start` was called before.
    package mutating func start() -> Bool {
        switch state {
        case .idle:
            state = .connecting(Attempt(failures: 0, admission: .waiting([])))
            return true
        case .connecting, .handshaking, .ready, .backingOff, .stopped:
            return false
        }
    }

    /// TCP is connected.
    package mutating func connected(now: NIODeadline) -> ConnectedAction {
        switch state {
        case .connecting(let attempt):
            let handshake = RedisHandshake(configuration)
            state = .handshaking(attempt, handshake, deadline: now + configuration.limits.connectTimeout)
            return .sendHandshake(handshake.commands)
        case .idle, .handshaking, .ready, .backingOff, .stopped:
            return .ignore
        }
    }

    /// The connection failed, or could not be made.
    package mutating func fail(_ failure: BlacklistFailure, now: NIODeadline) -> Loss<Waiter> {
        switch state {
        case .connecting(let attempt): failed(attempt, failure, .connectFailed(failure), now: now)
        case .handshaking(let attempt, _, _): failed(attempt, failure, .handshakeFailed(failure), now: now)
        case .ready(let established): lost(established, failure, now: now)
        case .idle, .backingOff, .stopped: Loss(failure: failure)
        }
    }

    /// The end. Whoever still waits is to be told.
    package mutating func stop() -> [Waiter] {
        defer { state = .stopped }
        switch state {
        case .connecting(let attempt), .handshaking(let attempt, _, _): return attempt.admission.waiters
        case .ready(let established): return established.pipeline.waiters
        case .idle, .backingOff, .stopped: return []
        }
    }

    private mutating func failed(
        _ attempt: Attempt, _ failure: BlacklistFailure, _ change: BlacklistStateChange, now: NIODeadline
    ) -> Loss<Waiter> {
        backOff(failure, failures: attempt.failures + 1, now: now)
        return Loss(failure: failure, waiters: attempt.admission.waiters, change: news(change))
    }

    private mutating func lost(
        _ established: Established, _ failure: BlacklistFailure, now: NIODeadline
    ) -> Loss<Waiter> {
        let lasted = now - established.since >= configuration.limits.stableAfter
        // Closed by a server that was well: a restart, a failover, an idle limit. A server that does not answer, or
        // answers nonsense, is not worth waiting for.
        let connectsAtOnce = lasted && failure == .connectionLost
        if connectsAtOnce {
            state = .connecting(Attempt(failures: 0, admission: .waiting([])))
        } else {
            backOff(failure, failures: lasted ? 1 : established.failures + 1, now: now)
        }
        return Loss(
            failure: failure, waiters: established.pipeline.waiters, change: news(.lost(failure)),
            connectsAtOnce: connectsAtOnce)
    }

    private mutating func backOff(_ failure: BlacklistFailure, failures: Int, now: NIODeadline) {
        state = .backingOff(failure, failures: failures, until: now + backoff.delay(afterFailures: failures))
    }

    /// The change, if it is another than was told last.
    private mutating func news(_ change: BlacklistStateChange) -> BlacklistStateChange? {
        guard change != told else { return nil }
        told = change
        return change
    }
}
