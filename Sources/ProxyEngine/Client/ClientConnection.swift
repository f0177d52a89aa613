internal import Glibc
internal import NIOCore

/// One client's connection: reads requests, asks the gatekeeper, and sees each exchange through, one at a time.
///
/// The steps of a request stand in order in `ClientConnection+Exchange.swift`.
final class ClientConnection: ChannelDuplexHandler, ByteSink, FlushableConnection {
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
        /// The answer was sent and our side is closed; what still comes is thrown away until the client closes too.
        case lingering(octets: Int)
        case closed

        var isExchanging: Bool {
            if case .exchanging = self { true } else { false }
        }
    }

    let worker: Worker
    var phase = Phase.idle
    var exchange: Exchange?
    var input = ByteBuffer()
    /// When the connection has waited long enough for whatever it waits for.
    var deadline: NIODeadline
    /// The position in the worker's list.
    var slot = 0
    /// What the upstream is told of this connection.
    private(set) var forwarding = ForwardingFields(peer: nil, trusted: [])
    private(set) var inputIsClosed = false
    private var context: ChannelHandlerContext?
    private var isDirty = false
    private var holdsRead = false
    /// How many bytes of an incomplete head were read in vain; it is read again when it is whole or has doubled.
    private var unparsed = 0
    /// How many of its bytes were searched for its end.
    private var searched = 0
    private var isProgressing = false

    init(worker: Worker) {
        self.worker = worker
        deadline = worker.coarseNow + worker.limits.idleTimeout
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        forwarding = ForwardingFields(peer: context.channel.remoteAddress, trusted: worker.settings.trustedProxies)
        worker.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if case .lingering(let left) = phase {
            if buffer.readableBytes > left { return close() }
            phase = .lingering(octets: left - buffer.readableBytes)
            return
        }
        if case .closed = phase { return }
        if input.readableBytes == 0 { input = buffer } else { input.writeBuffer(&buffer) }
        progress()
    }

    func channelReadComplete(context: ChannelHandlerContext) { worker.flush() }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        abandonExchange()
        worker.remove(self)
        worker.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close()
        worker.flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            inputIsClosed = true
            inputEnded()
            worker.flush()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if let exchange, exchange.machine.phase == .responding { responseProgressed() }
            exchange?.upstream?.resumeReading()
        }
        context.fireChannelWritabilityChanged()
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
            case .idle, .readingHead: goesOn = readHead()
            case .exchanging: goesOn = moveRequestBody()
            case .skipping(let decoder): goesOn = skip(decoder)
            case .lingering, .closed: goesOn = false
            }
        }
    }

    /// - Returns: whether there may be more to do with the bytes at hand.
    private func readHead() -> Bool {
        // An empty line before a request line is ignored, once (RFC 9112 §2.2).
        if !phase.isExchanging, unparsed <= 1, input.readableBytes >= 2, input.startsWithEmptyLine {
            input.moveReaderIndex(forwardBy: 2)
        }
        guard input.readableBytes > 0 else {
            input = ByteBuffer()
            if inputIsClosed { close() }
            return false
        }
        if case .idle = phase, input.isCarriageReturn { return waitForHead() }
        guard headMayBeWhole() else { return false }
        let exchange = worker.makeExchange()
        let outcome = exchange.head.read(input, catalogue: worker.settings.requestFields, limits: worker.limits)
        if case .incomplete = outcome {
            worker.takeBack(exchange)
            return waitForHead()
        }
        unparsed = 0
        phase = .exchanging
        begin(exchange, outcome)
        return true
    }

    private func headMayBeWhole() -> Bool {
        guard unparsed > 0, input.readableBytes < 2 * unparsed, input.readableBytes <= worker.limits.maxHead
        else { return true }
        let (buffer, start) = (input, searched)
        searched = buffer.readableBytes
        return buffer.readableBytesUInt8Span.hasEndOfHead(from: start)
    }

    private func waitForHead() -> Bool {
        (unparsed, searched) = (input.readableBytes, input.readableBytes)
        if case .idle = phase {
            phase = .readingHead
            deadline = worker.coarseNow + worker.limits.headTimeout
        }
        if inputIsClosed { close() }
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
                if inputIsClosed { close() }
                return false
            case .end:
                becomeIdle()
                return true
            case .malformed:
                close()
                return false
            }
        }
    }

    func becomeIdle() {
        phase = .idle
        deadline = worker.coarseNow + worker.limits.idleTimeout
        if worker.isDraining { close() }
    }

    private func inputEnded() {
        switch phase {
        case .idle, .readingHead, .skipping, .lingering: close()
        case .closed: return
        case .exchanging:
            guard let exchange else { return close() }
            // A client that sent all of its requests may close its side and still wait for the responses.
            if !exchange.machine.requestIsComplete { close() }
        }
    }

    // MARK: Backpressure

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func read(context: ChannelHandlerContext) {
        if mustHoldRead { holdsRead = true } else { context.read() }
    }

    func resumeReading() {
        guard holdsRead, !mustHoldRead else { return }
        holdsRead = false
        context?.read()
    }

    private var mustHoldRead: Bool {
        guard let exchange else { return false }
        if !exchange.machine.requestIsComplete, let upstream = exchange.upstream { return !upstream.isWritable }
        return input.readableBytes >= EngineLimits.readAhead
    }

    // MARK: Writing

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
        context?.flush()
    }

    // MARK: Closing

    func close() {
        if case .closed = phase { return }
        phase = .closed
        abandonExchange()
        input = ByteBuffer()
        flushWrites()
        context?.close(promise: nil)
    }

    /// Closes so that the client can't take what it got for the whole.
    func abort() {
        if let provider = context?.channel as? any SocketOptionProvider {
            provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
        }
        close()
    }

    /// Closes our side and reads on for a moment, so that the client sees the answer instead of a reset.
    func lingerAndClose() {
        guard let context, !inputIsClosed else { return close() }
        phase = .lingering(octets: EngineLimits.lingerOctets)
        input = ByteBuffer()
        deadline = worker.coarseNow + EngineLimits.lingerTime
        flushWrites()
        context.close(mode: .output, promise: nil)
        resumeReading()
    }

    /// The server shuts down: no further request on this connection.
    func drain() {
        switch phase {
        case .idle, .readingHead, .skipping: close()
        case .exchanging: exchange?.machine.closeAfterwards()
        case .lingering, .closed: return
        }
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
