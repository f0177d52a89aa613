internal import Glibc
internal import NIOCore
internal import NIOTLS

/// One connection to an upstream: sends a request, reads its response, passes it to the client.
///
/// Lives on its event loop, which also owns the client's connection, so the two call each other directly.
final class UpstreamConnection: ChannelDuplexHandler, ByteSink, FlushableConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let pool: UpstreamPool
    private let isSecured: Bool
    private let worker: Worker
    private var context: ChannelHandlerContext?
    private var machine = UpstreamStateMachine(isSecured: true)
    private var exchange: Exchange?
    private var input = ByteBuffer()
    private var headSearch = HeadSearch()
    private let response = ResponseHead()
    private var body = BodyDecoder(.none)
    private var encoding = BodyEncoding.identity
    private var interimCount = 0
    private var frames = WebSocketFrames()
    private var isDirty = false
    /// The last read may not have taken all that there was.
    private var mayHoldMore = false
    private var holdsRead = false
    private var handshake: UpstreamHandshake?
    private(set) var idleSince = NIODeadline.uptimeNanoseconds(0)
    /// The addresses of the server's name among which its own was last found.
    var addressGeneration = 0

    init(pool: UpstreamPool, worker: Worker) {
        self.pool = pool
        isSecured = pool.server.scheme == .https
        self.worker = worker
    }

    var isUsable: Bool {
        !machine.isClosed && context?.channel.isActive ?? false
    }

    var address: SocketAddress? { context?.channel.remoteAddress }

    var isWritable: Bool { context?.channel.isWritable ?? false }

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
        handshake = UpstreamHandshake(on: worker.eventLoop, within: limit, accepts: accepts, then: then) {
            [weak self] in
            self?.close()
            self?.worker.flush()
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
            worker.flush()
        }
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            ended(machine.inputEnded())
            context.close(promise: nil)
            worker.flush()
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: The request

    /// Sends the head of a permitted request; its body follows by ``write(_:)``.
    func begin(_ exchange: Exchange, _ passage: Passage, client: ClientConnection) {
        guard machine.begin() else { return close() }
        self.exchange = exchange
        headSearch.reset()
        interimCount = 0
        var out = worker.takeScratch()
        pool.writer.write(
            exchange.head, id: exchange.id, passage, server: pool.server, forwarding: client.forwarding, to: &out)
        client.sendBody(exchange, to: self, startingWith: consume out)
    }

    func write(_ buffer: ByteBuffer) {
        guard let context else { return }
        context.write(wrapOutboundOut(buffer), promise: nil)
        if !isDirty {
            isDirty = true
            worker.flushLater(self)
        }
    }

    func flushWrites() {
        isDirty = false
        machine.flushed()
        context?.flush()
    }

    /// Nobody waits for the response any more, and nothing of it may meet another request.
    func abandon() {
        exchange = nil
        close()
    }

    func close() {
        guard !machine.isClosed else { return }
        machine.abandoned()
        context?.close(promise: nil)
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if machine.followsClient, let client = exchange?.client, !client.isWritable {
            holdsRead = true
        } else {
            context.read()
        }
    }

    /// The client has taken enough of what was written for it.
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
        case .passOn: passTunnelled(buffer)
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
        worker.flush()
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
            guard let exchange, let client = exchange.client else { return close() }
            guard headSearch.mayBeWhole(input, limit: worker.limits.maxResponseHead) else { return }
            switch response.read(
                input, isHead: exchange.head.traits.contains(.isHead), catalogue: worker.settings.responseFields,
                limits: worker.limits)
            {
            case .incomplete: return headSearch.wasIncomplete(input)
            case .malformed(let fault): return fail(.invalid(fault))
            case .complete:
                headSearch.reset()
                input.moveReaderIndex(forwardBy: response.length)
                if response.isInterim {
                    guard passInterim(exchange, client) else { return }
                } else {
                    return beginResponse(exchange, client)
                }
            }
        }
        if machine.isReceiving { moveBody(startingWith: ByteBuffer()) }
    }

    /// Interim responses go to clients that can understand them (RFC 9110 §15.2).
    private func passInterim(_ exchange: Exchange, _ client: ClientConnection) -> Bool {
        interimCount += 1
        guard response.status != 101 else {
            if response.switchesToWebSocket, exchange.head.traits.contains(.wantsWebSocket) {
                beginTunnel(exchange, client)
            } else {
                fail(.invalid(.unrequestedUpgrade))
            }
            return false
        }
        guard interimCount <= EngineLimits.maxInterim else {
            fail(.invalid(.tooManyInterim))
            return false
        }
        if exchange.head.version == .http11 {
            var out = ByteBuffer()
            ResponseWriter.writeHead(response, encoding: .identity, closes: false, to: &out)
            client.write(out)
        }
        response.clear()
        return true
    }

    // MARK: WebSocket

    private func beginTunnel(_ exchange: Exchange, _ client: ClientConnection) {
        machine.tunnelBegan()
        exchange.result.status = response.status
        var out = ByteBuffer()
        ResponseWriter.writeHead(
            response, encoding: .identity, closes: false, added: exchange.responseLines, to: &out)
        response.clear()
        client.write(out)
        let first = input
        input = ByteBuffer()
        if first.readableBytes > 0 { passTunnelled(first) }
        exchange.group?.succeeded(exchange)
        client.tunnelBegan(exchange)
    }

    /// What the upstream sends.
    private func passTunnelled(_ buffer: ByteBuffer) {
        guard let exchange, let client = exchange.client else { return close() }
        guard let code = exchange.closeCode else {
            frames.advance(buffer)
            exchange.result.responseOctets += buffer.readableBytes
            client.write(buffer)
            return client.tunnelProgressed()
        }
        // To the end of the frame, and no further.
        guard let rest = frames.advance(buffer, toFirstBoundary: true) else { return client.write(buffer) }
        if let last = buffer.getSlice(at: buffer.readerIndex, length: rest) { client.write(last) }
        client.tunnelIsAtBoundary(exchange, code)
    }

    enum TunnelEnd {
        case atBoundary
        case insideFrame
    }

    /// Whether the gateway may put a frame of its own behind what the client got.
    func endTunnel() -> TunnelEnd { frames.isAtBoundary ? .atBoundary : .insideFrame }

    /// The client sends no more.
    func closeOutput() { context?.close(mode: .output, promise: nil) }

    private func beginResponse(_ exchange: Exchange, _ client: ClientConnection) {
        let keepsTrailers = exchange.passage?.passesTrailers ?? false
        body = BodyDecoder(
            response.framing, trailers: keepsTrailers ? .keep(worker.settings.responseFields) : .drop)
        machine.responseBegan(endsWithConnection: body.endsWithConnection)
        encoding = Self.encoding(of: response.framing, for: exchange.head.version)
        exchange.result.status = response.status
        exchange.machine.responseBegan()
        if !exchange.machine.requestIsComplete || worker.isDraining || worker.isLeaving {
            exchange.machine.closeAfterwards()
        }
        var out = worker.takeScratch()
        ResponseWriter.writeHead(
            response, encoding: encoding, closes: exchange.machine.mustClose, added: exchange.responseLines,
            date: response.hasDate ? [] : worker.dateLine(), to: &out)
        moveBody(startingWith: consume out)
    }

    /// A body that ends with the upstream's connection is chunked for a client that can read it, so that a lost
    /// connection does not look like its end.
    private static func encoding(of framing: BodyFraming, for version: HTTPVersion) -> BodyEncoding {
        switch framing {
        case .none, .length: .identity
        case .chunked, .untilClose: version == .http11 ? .chunked : .identity
        }
    }

    private func moveBody(startingWith out: consuming ByteBuffer) {
        guard let exchange, let client = exchange.client else { return close() }
        var pump = BodyPump(out: consume out, encoding: encoding)
        let outcome = pump.move(&body, &input, limit: .max, to: client)
        worker.giveScratch(pump.spent)
        exchange.result.responseOctets += pump.octets
        switch outcome {
        case .needMore: client.responseProgressed()
        case .tooLarge, .end: responseIsWhole(exchange)
        case .malformed(let fault):
            // What was right may go, so that the client sees a response that is cut off and not none at all.
            pump.flushOut(to: client)
            fail(.invalid(.body(fault)))
        }
    }

    /// The connection serves again only when both sides agree where it stands, which the end of this burst of reading tells:
    /// octets that follow the response answer no request.
    private func responseIsWhole(_ exchange: Exchange) {
        machine.responseEnded(
            isReusable: response.keepsAlive && exchange.machine.requestIsComplete && input.readableBytes == 0)
    }

    /// The response was passed on whole.
    private func finish(_ giveBack: () -> Void) {
        response.clear()
        input = ByteBuffer()
        let exchange = exchange
        self.exchange = nil
        exchange?.upstream = nil
        giveBack()
        guard let exchange else { return }
        exchange.group?.succeeded(exchange)
        exchange.client?.responseEnded(exchange)
    }

    // MARK: Losing it

    func channelInactive(context: ChannelHandlerContext) {
        pool.closed(self)
        handshake?.failed()
        handshake = nil
        ended(machine.lost())
        self.context = nil
        worker.flush()
    }

    private func ended(_ end: UpstreamStateMachine.End) {
        switch end {
        case .nothing: return
        case .finish: finish {}
        case .endBody: endBodyWithConnection()
        case .endTunnel:
            let exchange = exchange
            self.exchange = nil
            exchange?.upstream = nil
            if let exchange { exchange.client?.tunnelEnded(exchange) }
        case .fail(let receivedNothing): lose(.invalid(.closedEarly), receivedNothing: receivedNothing)
        }
    }

    private func endBodyWithConnection() {
        guard let exchange else { return }
        if case .chunked = encoding {
            exchange.client?.write(ByteBuffer(staticString: BodyEncoding.lastChunk))
        } else {
            exchange.machine.closeAfterwards()
        }
        finish {}
    }

    /// A reset, or a fault of TLS: whatever was awaited does not come.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        handshake?.reason = TLSReason.text(of: error)
        ended(machine.lost())
        context.close(promise: nil)
        worker.flush()
    }

    /// What came is no response.
    private func fail(_ fault: UpstreamFault) {
        _ = machine.lost()
        lose(fault, receivedNothing: false)
        context?.close(promise: nil)
    }

    private func lose(_ fault: UpstreamFault, receivedNothing: Bool) {
        guard let exchange else { return }
        self.exchange = nil
        exchange.upstream = nil
        exchange.client?.upstreamFailed(
            fault, for: exchange, connectionWasReused: machine.wasUsed, receivedNothing: receivedNothing)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.client?.resumeReading() }
        context.fireChannelWritabilityChanged()
    }
}
