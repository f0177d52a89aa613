package import NIOCore

/// What happens when time passes.
extension BlacklistStateMachine {
    /// When `wake` must be called at the latest; earlier does no harm.
    package var wakeUp: NIODeadline? {
        switch state {
        case .idle, .stopped: nil
        case .connecting(let attempt): attempt.admission.oldestDeadline
        case .handshaking(let attempt, _, let deadline): min(attempt.admission.oldestDeadline ?? deadline, deadline)
        case .ready(let established): established.pipeline.oldestDeadline ?? established.probeAt
        case .backingOff(_, _, let until): until
        }
    }

    package mutating func wake(now: NIODeadline) -> WakeAction<Waiter> {
        switch state {
        case .ready(let established): return wake(established, now: now)
        case .connecting(var attempt):
            let waiters = attempt.admission.expire(now: now)
            state = .connecting(attempt)
            return waiters.isEmpty ? .nothing : .refuse(waiters, .deadlineExceeded)
        case .handshaking(var attempt, let handshake, let deadline):
            if deadline <= now { return .giveUp(fail(.handshakeTimedOut, now: now)) }
            let waiters = attempt.admission.expire(now: now)
            state = .handshaking(attempt, handshake, deadline: deadline)
            return waiters.isEmpty ? .nothing : .refuse(waiters, .deadlineExceeded)
        case .backingOff(let failure, let failures, let until):
            guard until <= now else { return .nothing }
            state = .connecting(Attempt(failures: failures, admission: .refusing(failure)))
            return .connect
        case .idle, .stopped: return .nothing
        }
    }

    /// One lookup that got no answer in time fails all that are under way: its answer may still come, and must never
    /// be taken for the answer to a later question. So the connection goes, and with it everything asked on it.
    private mutating func wake(_ established: Established, now: NIODeadline) -> WakeAction<Waiter> {
        if let oldest = established.pipeline.oldestDeadline {
            return oldest <= now ? .giveUp(fail(.deadlineExceeded, now: now)) : .nothing
        }
        guard established.probeAt <= now else { return .nothing }
        var established = established
        established.pipeline.probe(deadline: now + configuration.deadline)
        established.probeAt = now + configuration.limits.probeInterval
        state = .ready(established)
        return .sendProbe
    }
}

extension BlacklistStateMachine.Admission {
    var oldestDeadline: NIODeadline? {
        switch self {
        case .waiting(let lookups): lookups.first?.deadline
        case .refusing: nil
        }
    }

    /// Ends the waiting when the oldest has waited long enough: nobody else is made to wait for so slow an attempt.
    /// Returns whoever waited.
    fileprivate mutating func expire(now: NIODeadline) -> [Waiter] {
        guard let oldestDeadline, oldestDeadline <= now else { return [] }
        defer { self = .refusing(.deadlineExceeded) }
        return waiters
    }
}
