internal import Glibc
internal import NIOCore
internal import NIOTLS

/// One connection to an upstream: sends a request, reads its response, passes it to whoever uses it.
///
/// Lives on the event loop of its user, so the two call each other directly.
final class UpstreamConnection: ChannelDuplexHandler, UpstreamSide, FlushableConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let pool: UpstreamPool
    private let isSecured: Bool
    private let services: UpstreamServices
    private let loop: LoopServices
    private var context: ChannelHandlerContext?
    /// That of `context`, which would have to ask its pipeline.
    private var channel: (any Channel)?
    private var machine = UpstreamStateMachine(isSecured: true)
    private var user: (any UpstreamUser)?
    private var passesTrailers = false
    private var input = ByteBuffer()
    private var headSearch = HeadSearch()
    private let response = ResponseHead()
    private var body = BodyDecoder(.none)
    private var encoding = BodyEncoding.identity
    private var interimCount = 0
    private var isDirty = false
    /// The last read may not have taken all that there was.
    private var mayHoldMore = false
    private var holdsRead = false
    private var handshake: UpstreamHandshake?
    private(set) var idleSince = NIODeadline.uptimeNanoseconds(0)
    /// The addresses of the server's name among which its own was last found.
    var addressGeneration = 0

    init(pool: UpstreamPool, services: UpstreamServices) {
        self.pool = pool
        isSecured = pool.server.scheme == .https
        self.services = services
        loop = services.loop
    }

    var isUsable: Bool {
        !machine.isClosed && channel?.isActive ?? false
    }

    var address: SocketAddress? { channel?.remoteAddress }

    var isWritable: Bool { channel?.isWritable ?? false }

    /// It waits for its next request; the upstream may close it at any time.
    func becameIdle(at now: NIODeadline) { idleSince = now }

    // MARK: TLS

    /// - Parameters:
    ///   - accepts: whether the server that was verified is the right one.
    ///   - then: called once, with what went wrong or nothing.
    func awaitHandshake(
        within limit: TimeAmount, accepts: @escaping () -> Bool, then: @escaping (UpstreamFault?) -> Void
    ) {
        machine = UpstreamStateMachine(isSecured: false)
        handshake = UpstreamHandshake(on: loop.eventLoop, within: limit, accepts: accepts, then: then) {
            [weak self] in
            self?.close()
            self?.loop.flush()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let handshake, case .handshakeCompleted? = event as? TLSUserEvent, machine.isSecuring {
            if handshake.isAccepted {
                machine.secured()
                self.handshake = nil
                handshake.succeeded()
            } else {
                handshake.reason = TLSReason.otherHost
                close()
            }
            loop.flush()
        }
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            ended(machine.inputEnded())
            context.close(promise: nil)
            loop.flush()
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: The request

    func begin(_ user: any UpstreamUser, passesTrailers: Bool) -> ByteBuffer? {
        guard machine.begin() else {
            close()
            return nil
        }
        self.user = user
        self.passesTrailers = passesTrailers
        headSearch.reset()
        interimCount = 0
        var out = loop.takeScratch()
        user.writeHead(with: pool.writer, to: pool.server, &out)
        return out
    }

    func write(_ buffer: ByteBuffer) {
        guard let context else { return }
        context.write(wrapOutboundOut(buffer), promise: nil)
        if !isDirty {
            isDirty = true
            loop.flushLater(self)
        }
    }

    func flushWrites() {
        isDirty = false
        machine.flushed()
        context?.flush()
    }

    /// Nobody waits for the response any more, and nothing of it may meet another request.
    func abandon() {
        user = nil
        close()
    }

    func close() {
        guard !machine.isClosed else { return }
        machine.abandoned()
        context?.close(promise: nil)
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if machine.followsClient, let user, !user.isWritable {
            holdsRead = true
        } else {
            context.read()
        }
    }

    /// The user has taken enough of what was written to it.
    func resumeReading() {
        guard holdsRead else { return }
        holdsRead = false
        context?.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        // Of what TLS holds the size of its records tells nothing.
        mayHoldMore = buffer.writableBytes == 0 || isSecured
        switch machine.received() {
        case .ignore: return
        case .close: close()
        case .unsolicited: fail(.invalid(.unsolicited))
        case .passOn: user?.receivedTunnelled(buffer)
        case .readHead, .readBody:
            if input.readableBytes == 0 { input = buffer } else { input.writeBuffer(&buffer) }
            progress()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if mayHoldMore, machine.isComplete, holdsUnread(context) { _ = machine.received() }
        switch machine.burstEnded() {
        case .nothing: break
        case .giveBack:
            resumeReading()
            finish { pool.giveBack(self) }
        case .finishAndClose:
            context.close(promise: nil)
            finish {}
        }
        loop.flush()
    }

    /// A burst ends after a few reads, not only when all was read: octets that already wait are not those of the next response.
    private func holdsUnread(_ context: ChannelHandlerContext) -> Bool {
        let peeked = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            var octet: UInt8 = 0
            return recv($0, &octet, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) >= 0
        }
        return peeked ?? true
    }

    private func progress() {
        while machine.isAwaitingHead, input.readableBytes > 0 {
            guard let user else { return close() }
            guard headSearch.mayBeWhole(input, limit: loop.limits.maxResponseHead) else { return }
            switch response.read(
                input, isHead: user.head.traits.contains(.isHead), catalogue: services.responseFields,
                limits: loop.limits)
            {
            case .incomplete: return headSearch.wasIncomplete(input)
            case .malformed(let fault): return fail(.invalid(fault))
            case .complete:
                headSearch.reset()
                input.moveReaderIndex(forwardBy: response.length)
                guard response.isInterim else { return beginResponse(user) }
                guard passInterim(user) else { return }
            }
        }
        guard machine.isReceiving else { return }
        guard let user else { return close() }
        moveBody(to: user, startingWith: ByteBuffer())
    }

    private func passInterim(_ user: any UpstreamUser) -> Bool {
        interimCount += 1
        guard response.status != 101 else {
            if response.switchesToWebSocket, user.head.traits.contains(.wantsWebSocket) {
                beginTunnel(user)
            } else {
                fail(.invalid(.unrequestedUpgrade))
            }
            return false
        }
        guard interimCount <= EngineLimits.maxInterim else {
            fail(.invalid(.tooManyInterim))
            return false
        }
        user.interimResponse(response)
        response.clear()
        return true
    }

    /// A WebSocket: from here on octets pass as they are.
    private func beginTunnel(_ user: any UpstreamUser) {
        machine.tunnelBegan()
        user.tunnelBegan(response)
        response.clear()
        let first = input
        input = ByteBuffer()
        if first.readableBytes > 0 { self.user?.receivedTunnelled(first) }
    }

    /// The client sends no more.
    func closeOutput() { context?.close(mode: .output, promise: nil) }

    private func beginResponse(_ user: any UpstreamUser) {
        body = BodyDecoder(response.framing, trailers: passesTrailers ? .keep(services.responseFields) : .drop)
        machine.responseBegan(endsWithConnection: body.endsWithConnection)
        var out = loop.takeScratch()
        encoding = user.responseBegan(response, to: &out)
        moveBody(to: user, startingWith: consume out)
    }

    private func moveBody(to user: any UpstreamUser, startingWith out: consuming ByteBuffer) {
        var pump = BodyPump(out: consume out, encoding: encoding)
        let outcome = pump.move(&body, &input, limit: .max, to: user)
        loop.giveScratch(pump.spent)
        switch outcome {
        case .needMore: user.responseProgressed(pump.octets)
        case .tooLarge, .end:
            responseIsWhole(requestWasSent: user.responseIsWhole(pump.octets))
        case .malformed(let fault):
            // What was right may go, so that the client sees a response that is cut off and not none at all.
            pump.flushOut(to: user)
            user.responseProgressed(pump.octets)
            fail(.invalid(.body(fault)))
        }
    }

    /// The connection serves again only when both sides agree where it stands, which the end of this burst of reading tells:
    /// octets that follow the response answer no request.
    private func responseIsWhole(requestWasSent: Bool) {
        machine.responseEnded(isReusable: response.keepsAlive && requestWasSent && input.readableBytes == 0)
    }

    /// The response was passed on whole.
    private func finish(_ giveBack: () -> Void) {
        response.clear()
        input = ByteBuffer()
        let user = user
        self.user = nil
        giveBack()
        user?.responseEnded()
    }

    // MARK: Losing it

    func channelInactive(context: ChannelHandlerContext) {
        pool.closed(self)
        handshake?.failed()
        handshake = nil
        ended(machine.lost())
        (self.context, channel) = (nil, nil)
        loop.flush()
    }

    private func ended(_ end: UpstreamStateMachine.End) {
        switch end {
        case .nothing: return
        case .finish: finish {}
        case .endBody: endBodyWithConnection()
        case .endTunnel:
            let user = user
            self.user = nil
            user?.tunnelEnded()
        case .fail(let receivedNothing): lose(.invalid(.closedEarly), receivedNothing: receivedNothing)
        }
    }

    private func endBodyWithConnection() {
        user?.bodyEndedWithConnection(encoding)
        finish {}
    }

    /// A reset, or a fault of TLS: whatever was awaited does not come.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        handshake?.reason = TLSReason.text(of: error)
        ended(machine.lost())
        context.close(promise: nil)
        loop.flush()
    }

    /// What came is no response.
    private func fail(_ fault: UpstreamFault) {
        _ = machine.lost()
        lose(fault, receivedNothing: false)
        context?.close(promise: nil)
    }

    private func lose(_ fault: UpstreamFault, receivedNothing: Bool) {
        guard let user else { return }
        self.user = nil
        user.upstreamFailed(fault, connectionWasReused: machine.wasUsed, receivedNothing: receivedNothing)
    }

    func handlerAdded(context: ChannelHandlerContext) { (self.context, channel) = (context, context.channel) }

    func handlerRemoved(context: ChannelHandlerContext) { (self.context, channel) = (nil, nil) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { user?.upstreamBecameWritable() }
        context.fireChannelWritabilityChanged()
    }
}
