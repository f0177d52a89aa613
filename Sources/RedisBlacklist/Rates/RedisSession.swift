internal import NIOCore

/// A connection for commands now and then, made when it is needed and kept; one for each event loop, and confined to it.
///
/// Whatever goes wrong fails everything that is under way, and the next command starts afresh.
final class RedisSession: RedisChannelOwner {
    typealias Completion = (Result<RedisReply, BlacklistFailure>) -> Void

    private enum State {
        case closed
        /// Nothing may be sent before the handshake is through.
        case opening(RedisHandshake)
        case open
    }

    private struct Waiting {
        let command: RedisCommand
        let deadline: NIODeadline
        let completion: Completion
    }

    /// Beyond it commands are refused at once: a slow server must not pile them up.
    static let maxWaiting = 4096

    private let configuration: BlacklistConfiguration
    private let eventLoop: any EventLoop
    private var state = State.closed
    private var handler: RedisChannelHandler?
    /// In the order of their replies.
    private var waiting: [Waiting] = []
    private var alarmIsSet = false

    init(_ configuration: BlacklistConfiguration, on eventLoop: any EventLoop) {
        (self.configuration, self.eventLoop) = (configuration, eventLoop)
    }

    /// `completion` is called exactly once, within the deadline.
    func run(_ command: RedisCommand, _ completion: @escaping Completion) {
        eventLoop.preconditionInEventLoop()
        guard waiting.count < Self.maxWaiting else { return completion(.failure(.queueFull)) }
        waiting.append(
            Waiting(command: command, deadline: .now() + configuration.deadline, completion: completion))
        switch state {
        case .closed: connect()
        case .opening: break
        case .open: send([command])
        }
        setAlarm()
    }

    func close() { fail(.notRunning) }

    // MARK: Connecting

    private func connect() {
        let handshake = RedisHandshake(configuration)
        state = .opening(handshake)
        do throws(ReplyFault) {
            let handler = try RedisChannelHandler(owner: self, limits: .lookups)
            self.handler = handler
            RedisConnector.connect(handler, to: configuration, on: eventLoop).assumeIsolated().whenFailure { error in
                // Of a connection that was given up meanwhile nobody wants to know.
                if self.handler === handler { self.fail(.unreachable(RedisConnector.reason(error))) }
            }
        } catch { fail(.protocolViolation(error)) }
    }

    func channelConnected() {
        guard case .opening(let handshake) = state else { return }
        send(handshake.commands)
    }

    func channelReceived(_ reply: RedisReply) {
        switch state {
        case .closed: return
        case .opening(var handshake):
            switch handshake.receive(reply) {
            case .awaiting: state = .opening(handshake)
            case .completed:
                state = .open
                send(waiting.map(\.command))
            case .failed(let failure): fail(failure)
            }
        case .open:
            guard !waiting.isEmpty else { return fail(.protocolViolation(.unasked)) }
            waiting.removeFirst().completion(.success(reply))
        }
    }

    func channelFailed(_ failure: BlacklistFailure) { fail(failure) }

    private func send(_ commands: [RedisCommand]) {
        var bytes = ByteBuffer()
        do throws(CommandEncoder.Fault) {
            for command in commands { try CommandEncoder.append(command, to: &bytes) }
            handler?.send(bytes)
        } catch { fail(.protocolViolation(.outOfMemory)) }
    }

    private func fail(_ failure: BlacklistFailure) {
        state = .closed
        handler?.abandon()
        handler = nil
        let failed = waiting
        waiting = []
        for command in failed { command.completion(.failure(failure)) }
    }

    // MARK: Time

    private func setAlarm() {
        guard !alarmIsSet, let first = waiting.first else { return }
        alarmIsSet = true
        eventLoop.assumeIsolated().scheduleTask(deadline: first.deadline) {
            self.alarmIsSet = false
            // A late reply would be taken for the next one's.
            if let first = self.waiting.first, first.deadline <= .now() { self.fail(.deadlineExceeded) }
            self.setAlarm()
        }
    }
}
