package import NIOCore

/// What is asked and answered.
extension BlacklistStateMachine {
    /// A lookup comes in.
    package mutating func check(_ query: RevocationQuery, for waiter: Waiter, now: NIODeadline) -> CheckAction {
        let lookup = WaitingLookup(query: query, waiter: waiter, deadline: now + configuration.deadline)
        switch state {
        case .ready(var established):
            state = .idle  // so that the queue is not shared, and is not copied by the change
            let action = established.ask(lookup, configuration.limits, now: now)
            state = .ready(established)
            return action
        case .connecting(var attempt):
            state = .idle
            let action = attempt.admission.admit(lookup, configuration.limits)
            state = .connecting(attempt)
            return action
        case .handshaking(var attempt, let handshake, let deadline):
            state = .idle
            let action = attempt.admission.admit(lookup, configuration.limits)
            state = .handshaking(attempt, handshake, deadline: deadline)
            return action
        case .backingOff(let failure, _, _): return .refuse(failure)
        case .idle, .stopped: return .refuse(.notRunning)
        }
    }

    /// A reply arrived. The clock is read only where the time matters: for most replies it would be a twentieth of the cost.
    package mutating func receive(_ reply: RedisReply, now: @autoclosure () -> NIODeadline) -> ReplyAction<Waiter> {
        switch state {
        case .ready(var established):
            state = .idle  // as above
            let outcome = established.pipeline.receive(reply)
            state = .ready(established)
            switch outcome {
            case .awaiting, .probed: return .awaitMore
            case .answered(let waiter, let answer): return .answer(waiter, answer)
            case .violated(let fault): return .giveUp(fail(.protocolViolation(fault), now: now()))
            }
        case .handshaking(let attempt, var handshake, let deadline):
            let progress = handshake.receive(reply)
            switch progress {
            case .completed: return open(attempt, now: now())
            case .failed(let failure): return .giveUp(fail(failure, now: now()))
            case .awaiting:
                state = .handshaking(attempt, handshake, deadline: deadline)
                return .awaitMore
            }
        case .connecting: return .giveUp(fail(.protocolViolation(.unasked), now: now()))
        case .idle, .backingOff, .stopped: return .awaitMore  // from a connection that was given up
        }
    }

    private mutating func open(_ attempt: Attempt, now: NIODeadline) -> ReplyAction<Waiter> {
        let lookups = attempt.admission.lookups
        var established = Established(
            pipeline: LookupPipeline(), since: now, failures: attempt.failures,
            probeAt: now + configuration.limits.probeInterval)
        for lookup in lookups {
            established.pipeline.ask(lookup.query, for: lookup.waiter, deadline: lookup.deadline)
        }
        state = .ready(established)
        told = .connected
        return .open(Array(lookups), .connected)
    }
}

extension BlacklistStateMachine.Established {
    mutating func ask(
        _ lookup: WaitingLookup<Waiter>, _ limits: BlacklistLimits, now: NIODeadline
    ) -> CheckAction {
        guard pipeline.count < limits.pendingLookups else { return .refuse(.queueFull) }
        pipeline.ask(lookup.query, for: lookup.waiter, deadline: lookup.deadline)
        probeAt = now + limits.probeInterval
        return .send
    }
}

extension BlacklistStateMachine.Admission {
    var lookups: CircularBuffer<WaitingLookup<Waiter>> {
        switch self {
        case .waiting(let lookups): lookups
        case .refusing: []
        }
    }

    var waiters: [Waiter] { lookups.map(\.waiter) }

    mutating func admit(_ lookup: WaitingLookup<Waiter>, _ limits: BlacklistLimits) -> CheckAction {
        switch self {
        case .refusing(let failure): return .refuse(failure)
        case .waiting(var lookups):
            guard lookups.count < limits.pendingLookups else { return .refuse(.queueFull) }
            self = .waiting([])  // as above
            lookups.append(lookup)
            self = .waiting(lookups)
            return .wait
        }
    }
}
