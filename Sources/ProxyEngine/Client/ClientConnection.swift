internal import Glibc
internal import NIOCore
internal import NIOTLS

/// One client's connection: reads requests, asks the gatekeeper, and sees each exchange through, one at a time.
///
/// The steps of a request stand in order in `ClientConnection+Exchange.swift`.
final class ClientConnection: ChannelDuplexHandler, RemovableChannelHandler, ByteSink, FlushableConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Between requests; not a byte of the next one is here.
        case idle
        case readingHead
        case exchanging
        /// A refused request's body is read and thrown away, so that the next request can be found.
        case skipping(BodyDecoder)
        /// No further request; what was written is still on its way to the client.
        case closing(lingers: Bool)
        /// The answer was sent and our side is closed; what still comes is thrown away until the client closes too.
        case lingering(octets: Int)
        case closed

        var ignoresInput: Bool {
            switch self {
            case .closing, .closed: true
            case .idle, .readingHead, .exchanging, .skipping, .lingering: false
            }
        }

        var isExchanging: Bool {
            if case .exchanging = self { true } else { false }
        }
    }

    let worker: Worker
    let listener: ListenerOptions
    /// The stream of an HTTP/2 connection that stands for a connection with one request; nil: it is one.
    let stream: HTTP2Stream?
    /// One too many: its request is answered 503, whatever it is, and that is all.
    let isTurnedAway: Bool
    var phase = Phase.idle
    var exchange: Exchange?
    var input = ByteBuffer()
    /// When the connection has waited long enough for whatever it waits for. What progresses moves it.
    var deadline: NIODeadline
    /// When the exchange ends, whatever progresses: it only ever moves nearer.
    private(set) var end = NIODeadline.distantFuture
    /// When the permission of the exchange is asked about again.
    var watch = NIODeadline.distantFuture
    /// The position in the worker's list.
    var slot = 0
    /// What the upstream is told of this connection.
    private(set) var forwarding: ForwardingFields
    /// That of the settings by which it is; nil: not yet of any.
    private var forwardingGeneration: Int?
    /// Whom its requests are counted for, unless a proxy sends them.
    private(set) lazy var peerKey =
        if let stream { stream.connection.peerKey } else { context?.channel.remoteAddress.flatMap { AddressKey($0) } }
    private(set) var inputIsClosed = false
    private(set) var context: ChannelHandlerContext?
    var isDirty = false
    /// TLS is being agreed on.
    private(set) var isHandshaking = false
    /// Octets that a stream's window would hold back, had the client taken none since that was looked at last; before, any number.
    var unsent = Int.max
    var acknowledged = Acknowledgements()
    private var holdsRead = false
    /// What the channel said last, which it says at each change: asking it for every request costs more.
    private var channelIsWritable = true
    private var headSearch = HeadSearch()
    private var isProgressing = false
    /// How many requests may still be begun before others have their turn.
    private var turn = EngineLimits.requestsInTurn
    /// Others have their turn; what was read waits.
    private var isPaused = false

    init(worker: Worker, listener: ListenerOptions, isTurnedAway: Bool = false) {
        (self.worker, self.listener, stream) = (worker, listener, nil)
        self.isTurnedAway = isTurnedAway
        forwarding = Self.unknown
        isHandshaking = listener.tls != nil
        // A handshake is no request: until it is through, the connection is not idle but being made.
        let first = listener.tls == nil ? worker.limits.idleTimeout : EngineLimits.handshakeTimeout
        deadline = worker.coarseNow + (isTurnedAway ? EngineLimits.turnAwayTime : first)
    }

    /// Until there is a channel.
    private static let unknown = ForwardingFields(peer: nil, trusted: [])

    /// For a stream, which has no channel.
    init(worker: Worker, listener: ListenerOptions, stream: HTTP2Stream, forwarding: ForwardingFields) {
        (self.worker, self.listener, self.stream) = (worker, listener, stream)
        isTurnedAway = false
        deadline = worker.coarseNow + worker.limits.idleTimeout
        self.forwarding = forwarding
    }

    var isSecure: Bool { listener.tls != nil }

    // MARK: Stream events

    func begin() { worker.add(self) }

    func streamEnded() {
        phase = .closed
        abandonExchange()
        worker.remove(self)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        renewForwarding()
        begin()
    }

    /// Between two requests: what a reload took away is not believed of the next one. A stream has one request.
    private func renewForwarding() {
        guard stream == nil, let context, forwardingGeneration != worker.settings.generation else { return }
        forwardingGeneration = worker.settings.generation
        forwarding = ForwardingFields(
            peer: context.channel.remoteAddress, trusted: worker.settings.trustedProxies, isSecure: isSecure)
    }

    /// The channel is gone; also one that never became active, as it was closed while it was being accepted: NIO does not
    /// tell of its end otherwise, and nobody shall wait for it.
    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        channelIsWritable = false
        worker.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { receive(unwrapInboundIn(data)) }

    func receive(_ bytes: ByteBuffer) {
        var buffer = bytes
        if case .lingering(let left) = phase {
            if buffer.readableBytes > left { return close() }
            phase = .lingering(octets: left - buffer.readableBytes)
            return
        }
        if phase.ignoresInput { return }
        if input.readableBytes == 0 {
            input = buffer
        } else {
            // What was worked off must not be kept with what follows it.
            if input.readerIndex > input.readableBytes { input.discardReadBytes() }
            input.writeBuffer(&buffer)
        }
        progress()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !isPaused { turn = EngineLimits.requestsInTurn }
        worker.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        streamEnded()
        worker.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close()
        worker.flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent, case .idle = phase {
            isHandshaking = false
            if negotiated == "h2" { return becomeHTTP2(context) }
            deadline = worker.coarseNow + worker.limits.idleTimeout
        }
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            inputIsClosed = true
            inputEnded()
            worker.flush()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        channelIsWritable = context.channel.isWritable
        if channelIsWritable {
            becameWritable()
            worker.flush()
        }
        context.fireChannelWritabilityChanged()
    }

    /// The client has taken enough of what was written for it.
    func becameWritable() {
        if let exchange, exchange.machine.phase == .responding { responseProgressed() }
        exchange?.upstream?.resumeReading()
        // Requests that were not begun, since the answers to others were not taken.
        if exchange == nil, input.readableBytes > 0 {
            progress()
        }
        resumeReading()
    }

    /// The client speaks HTTP/2 (RFC 7301, RFC 9113 §3.2): others take over before a byte of it was read.
    private func becomeHTTP2(_ context: ChannelHandlerContext) {
        phase = .closed
        worker.remove(self)
        do {
            try HTTP2Connection.install(on: context.channel, worker: worker, listener: listener)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch { context.close(promise: nil) }
    }

    // MARK: Reading

    /// Works off what has come in as far as possible. Not entered twice: what a step brings about goes on in this loop.
    func progress() {
        guard !isProgressing else { return }
        isProgressing = true
        defer { isProgressing = false }
        var goesOn = true
        while goesOn {
            switch phase {
            case .idle, .readingHead: goesOn = mayBegin() && readHead()
            case .exchanging: goesOn = moveRequestBody()
            case .skipping(let decoder): goesOn = skip(decoder)
            case .closing, .lingering, .closed: goesOn = false
            }
        }
    }

    /// - Returns: whether there may be more to do with the bytes at hand.
    private func readHead() -> Bool {
        // An empty line before a request line is ignored, once (RFC 9112 §2.2).
        if headSearch.unparsed <= 1, input.readableBytes >= 2, input.startsWithEmptyLine {
            input.moveReaderIndex(forwardBy: 2)
        }
        guard input.readableBytes > 0 else {
            input = ByteBuffer()
            if inputIsClosed { closeWhenWritten() }
            return false
        }
        if case .idle = phase, input.isCarriageReturn { return waitForHead() }
        guard headSearch.mayBeWhole(input, limit: worker.limits.maxHead) else { return false }
        let exchange = worker.makeExchange()
        let outcome = exchange.head.read(input, catalogue: worker.settings.requestFields, limits: worker.limits)
        if case .incomplete = outcome {
            worker.takeBack(exchange)
            return waitForHead()
        }
        headSearch.reset()
        if input.readableBytes > exchange.head.length { exchange.head.detach() }
        phase = .exchanging
        turn -= 1
        renewForwarding()
        begin(exchange, outcome)
        return true
    }

    /// Whether a request may be begun now. Not while the client does not take the answers that it has: each would add one. And
    /// not more than so many before other connections of the event loop have their turn.
    private func mayBegin() -> Bool {
        guard !isPaused, input.readableBytes == 0 || isWritable else { return false }
        guard turn <= 0, input.readableBytes > 0 else { return true }
        isPaused = true
        worker.eventLoop.assumeIsolated().scheduleTask(in: EngineLimits.pauseOfTurn) { [self] in
            isPaused = false
            turn = EngineLimits.requestsInTurn
            progress()
            resumeReading()
            worker.flush()
        }
        return false
    }

    private func waitForHead() -> Bool {
        headSearch.wasIncomplete(input)
        if case .idle = phase {
            phase = .readingHead
            if !isTurnedAway { deadline = worker.coarseNow + worker.limits.headTimeout }
        }
        if inputIsClosed { closeWhenWritten() }
        return false
    }

    /// - Returns: whether the end of the body was found.
    private func skip(_ decoder: BodyDecoder) -> Bool {
        var decoder = decoder
        while true {
            switch decoder.next(&input) {
            case .data: continue
            case .needMore:
                phase = .skipping(decoder)
                if inputIsClosed { closeWhenWritten() }
                return false
            case .end:
                becomeIdle()
                return true
            case .malformed:
                closeWhenWritten()
                return false
            }
        }
    }

    func becomeIdle() {
        phase = .idle
        deadline = worker.coarseNow + worker.limits.idleTimeout
        if worker.isDraining { closeWhenWritten() }
    }

    private func inputEnded() {
        switch phase {
        // Requests that wait for their turn, or for the client to take its answers, are answered first.
        case .idle where input.readableBytes > 0, .readingHead where input.readableBytes > 0:
            if !isPaused, isWritable { closeWhenWritten() }
        case .idle, .readingHead, .skipping: closeWhenWritten()
        case .lingering: close()
        case .closing, .closed: return
        case .exchanging:
            guard let exchange else { return close() }
            if exchange.machine.phase == .tunnelling {
                exchange.upstream?.closeOutput()
                return
            }
            // A client that sent all of its requests may close its side and still wait for the responses.
            if !exchange.machine.requestIsComplete { close() }
        }
    }

    // MARK: Backpressure

    var isWritable: Bool { if let stream { stream.isWritable } else { channelIsWritable } }

    func read(context: ChannelHandlerContext) {
        if mustHoldRead { holdsRead = true } else { context.read() }
    }

    func resumeReading() {
        if let stream { return stream.resume() }
        guard holdsRead, !mustHoldRead else { return }
        holdsRead = false
        context?.read()
    }

    var mustHoldRead: Bool {
        switch phase {
        case .closing: return true
        case .skipping, .lingering, .closed: return false
        case .idle, .readingHead:
            return isPaused || !isWritable
                || input.readableBytes > max(EngineLimits.readAhead, worker.limits.maxHead)
        case .exchanging: break
        }
        guard let exchange else { return false }
        if exchange.machine.phase == .tunnelling {
            return exchange.closeCode != nil || !(exchange.upstream?.isWritable ?? true)
        }
        if !exchange.machine.requestIsComplete {
            if let upstream = exchange.upstream { return !upstream.isWritable }
            if exchange.collection != nil { return false }
        }
        return input.readableBytes >= EngineLimits.readAhead
    }

    /// Whatever progresses, it ends so long from now at the latest.
    func endAtLatest(in time: TimeAmount) { end = min(end, worker.coarseNow + time) }

    /// Another exchange begins, or the connection waits for one.
    func forgetEnd() { end = .distantFuture }

    // MARK: Writing

    func write(_ buffer: ByteBuffer) {
        if let stream {
            if unsent < .max { unsent += buffer.readableBytes }
            return stream.write(buffer)
        }
        guard let context else { return }
        context.write(wrapOutboundOut(buffer), promise: nil)
        if !isDirty {
            isDirty = true
            worker.flushLater(self)
        }
    }

    func flushWrites() {
        isDirty = false
        context?.flush()
    }
}

extension ByteBuffer {
    fileprivate var startsWithEmptyLine: Bool {
        let octets = readableBytesUInt8Span
        return octets[0] == Octet.carriageReturn && octets[1] == Octet.lineFeed
    }

    /// The first half of an empty line, perhaps.
    fileprivate var isCarriageReturn: Bool {
        readableBytes == 1 && readableBytesUInt8Span[0] == Octet.carriageReturn
    }
}
