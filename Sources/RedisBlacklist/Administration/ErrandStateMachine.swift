/// One connection's worth of work: handshake, commands, replies, done. A value without I/O.
///
/// The commands are sent only after the handshake: a SET sent along with a SELECT that fails would be obeyed, in the
/// wrong database.
package struct ErrandStateMachine {
    package enum Action: Sendable, Equatable {
        case awaitMore
        case send([RedisCommand])
        case finish([RedisReply])
        case fail(BlacklistFailure)
    }

    private enum State {
        case connecting
        case handshaking(RedisHandshake)
        case collecting([RedisReply])
        case done
    }

    private let handshake: RedisHandshake
    private let commands: [RedisCommand]
    private var state = State.connecting

    package init(_ commands: [RedisCommand], handshake: RedisHandshake) {
        self.commands = commands
        self.handshake = handshake
    }

    package mutating func connected() -> Action {
        state = .handshaking(handshake)
        return .send(handshake.commands)
    }

    package mutating func receive(_ reply: RedisReply) -> Action {
        switch state {
        case .handshaking(var handshake):
            switch handshake.receive(reply) {
            case .awaiting:
                state = .handshaking(handshake)
                return .awaitMore
            case .completed:
                state = .collecting([])
                return .send(commands)
            case .failed(let failure): return fail(failure)
            }
        case .collecting(var replies):
            replies.append(reply)
            guard replies.count == commands.count else {
                state = .collecting(replies)
                return .awaitMore
            }
            state = .done
            return .finish(replies)
        case .connecting: return fail(.protocolViolation(.unasked))
        case .done: return .awaitMore
        }
    }

    package mutating func fail(_ failure: BlacklistFailure) -> Action {
        switch state {
        case .connecting, .handshaking, .collecting:
            state = .done
            return .fail(failure)
        case .done: return .awaitMore
        }
    }
}
