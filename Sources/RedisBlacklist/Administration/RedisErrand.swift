internal import NIOCore

/// Performs an `ErrandStateMachine` on a connection of its own. Confined to its event loop.
final class RedisErrand: RedisChannelOwner {
    typealias Outcome = Result<[RedisReply], BlacklistFailure>

    private let configuration: BlacklistConfiguration
    private let outcome: EventLoopPromise<Outcome>
    private var machine: ErrandStateMachine
    private var handler: RedisChannelHandler?
    private var timeout: NIOScheduledCallback?

    private init(
        _ commands: [RedisCommand], _ configuration: BlacklistConfiguration, _ outcome: EventLoopPromise<Outcome>
    ) {
        self.configuration = configuration
        self.outcome = outcome
        machine = ErrandStateMachine(commands, handshake: RedisHandshake(configuration))
    }

    static func run(
        _ commands: [RedisCommand], _ configuration: BlacklistConfiguration, on eventLoop: any EventLoop
    ) -> EventLoopFuture<Outcome> {
        let outcome = eventLoop.makePromise(of: Outcome.self)
        eventLoop.execute { RedisErrand(commands, configuration, outcome).start(on: eventLoop) }
        return outcome.futureResult
    }

    private func start(on eventLoop: any EventLoop) {
        do throws(ReplyFault) {
            let handler = try RedisChannelHandler(owner: self, limits: .administration)
            self.handler = handler
            // Twice the time of a connection: one for TCP, one for handshake and commands.
            let limit = configuration.limits.connectTimeout * 2
            timeout = try? eventLoop.assumeIsolated().scheduleCallback(in: limit, handler: self)
            RedisConnector.connect(handler, to: configuration, on: eventLoop).assumeIsolated().whenFailure { error in
                self.channelFailed(.unreachable(RedisConnector.reason(error)))
            }
        } catch {
            channelFailed(.protocolViolation(error))
        }
    }

    func channelConnected() { perform(machine.connected()) }
    func channelReceived(_ reply: RedisReply) { perform(machine.receive(reply)) }
    func channelFailed(_ failure: BlacklistFailure) { perform(machine.fail(failure)) }

    private func perform(_ action: ErrandStateMachine.Action) {
        switch action {
        case .awaitMore: break
        case .send(let commands): send(commands)
        case .finish(let replies): finish(.success(replies))
        case .fail(let failure): finish(.failure(failure))
        }
    }

    private func send(_ commands: [RedisCommand]) {
        var bytes = ByteBuffer()
        do throws(CommandEncoder.Fault) {
            for command in commands { try CommandEncoder.append(command, to: &bytes) }
            handler?.send(bytes)
        } catch {
            channelFailed(.protocolViolation(.outOfMemory))
        }
    }

    private func finish(_ result: Outcome) {
        timeout?.cancel()
        timeout = nil
        handler?.abandon()
        handler = nil
        outcome.succeed(result)
    }
}

extension RedisErrand: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) {
        channelFailed(.deadlineExceeded)
    }

    /// The event loop is shut down: nothing else will come. (`finish` ends here too; the machine is done by then.)
    func didCancelScheduledCallback(eventLoop: some EventLoop) {
        channelFailed(.notRunning)
    }
}
