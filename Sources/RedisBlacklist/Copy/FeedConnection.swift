internal import NIOCore

/// One of the two connections of a ``BlacklistFeed``: handshake, then commands and their replies in order. Confined to its event
/// loop.
final class FeedConnection: RedisChannelOwner {
    typealias Completion = (RedisReply) -> Void

    /// SCAN and invalidations answer with arrays; a thousand names each, or as many as changed in one turn of the server.
    private static let limits = ReplyLimits(bytes: 16 << 20, elements: 200_000, depth: 3)

    private var handshake: RedisHandshake
    private var isOpen = false
    private var handler: RedisChannelHandler?
    private var awaited: [Completion] = []
    private let ready: () -> Void
    private let isPushed: (RedisReply) -> Bool
    private let failed: (BlacklistFailure) -> Void

    /// - Parameters:
    ///   - ready: the handshake is through.
    ///   - isPushed: asked about each reply first: true when it was a message that nobody asked for, and is dealt with.
    ///   - failed: called once; nothing comes after it.
    init(
        _ configuration: BlacklistConfiguration, on eventLoop: any EventLoop, ready: @escaping () -> Void,
        isPushed: @escaping (RedisReply) -> Bool = { _ in false }, failed: @escaping (BlacklistFailure) -> Void
    ) {
        handshake = RedisHandshake(configuration)
        self.ready = ready
        self.failed = failed
        self.isPushed = isPushed
        do throws(ReplyFault) {
            let handler = try RedisChannelHandler(owner: self, limits: Self.limits)
            self.handler = handler
            RedisConnector.connect(handler, to: configuration, on: eventLoop).assumeIsolated().whenFailure { error in
                if self.handler === handler { self.channelFailed(.unreachable(RedisConnector.reason(error))) }
            }
        } catch {
            eventLoop.assumeIsolated().execute { self.channelFailed(.protocolViolation(error)) }
        }
    }

    func send(_ commands: [(RedisCommand, Completion)]) {
        var bytes = ByteBuffer()
        do throws(CommandEncoder.Fault) {
            for (command, _) in commands { try CommandEncoder.append(command, to: &bytes) }
        } catch { return channelFailed(.protocolViolation(.outOfMemory)) }
        awaited += commands.map(\.1)
        handler?.send(bytes)
    }

    /// Something came that nobody has seen yet, or there is no connection.
    var hasUnread: Bool { handler?.hasUnread ?? true }

    func abandon() {
        handler?.abandon()
        handler = nil
        awaited = []
    }

    func channelConnected() {
        var bytes = ByteBuffer()
        do throws(CommandEncoder.Fault) {
            for command in handshake.commands { try CommandEncoder.append(command, to: &bytes) }
            handler?.send(bytes)
        } catch { channelFailed(.protocolViolation(.outOfMemory)) }
    }

    func channelReceived(_ reply: RedisReply) {
        guard isOpen else {
            switch handshake.receive(reply) {
            case .awaiting: return
            case .completed:
                isOpen = true
                return ready()
            case .failed(let failure): return channelFailed(failure)
            }
        }
        guard !isPushed(reply) else { return }
        guard !awaited.isEmpty else { return channelFailed(.protocolViolation(.unasked)) }
        awaited.removeFirst()(reply)
    }

    func channelFailed(_ failure: BlacklistFailure) {
        guard handler != nil else { return }
        abandon()
        failed(failure)
    }
}
