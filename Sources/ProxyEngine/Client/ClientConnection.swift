internal import NIOCore

/// One client's connection as HTTP/1.1 sees it: finds the requests in what comes in, and gives each to an exchange of its own, one
/// after the other. A stream of HTTP/2 is one with a single request.
final class ClientConnection {
    enum Phase {
        /// Between requests; not an octet of the next one is here.
        case idle
        case readingHead
        case exchanging(Exchange)
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

        var isExchanging: Bool { if case .exchanging = self { true } else { false } }
    }

    let services: ExchangeServices
    let loop: LoopServices
    let listener: ListenerOptions
    /// One too many: its request is answered 503, whatever it is, and that is all.
    let isTurnedAway: Bool
    private let list: any ClientList
    /// The two refer to each other until the transport has ended; nil then.
    private(set) var transport: (any ClientTransport)?
    var phase = Phase.idle
    var input = ByteBuffer()
    /// While there is no exchange, which has its own.
    var deadlines: Deadlines
    /// The position in the list of connections.
    var slot = 0
    /// What the upstream is told of this connection.
    private(set) var forwarding: ForwardingFields
    /// That of the settings by which it is.
    private var forwardingGeneration = -1
    /// Counts what the client is to take: the answers, and at last the end.
    var answer = 0
    private(set) var inputIsClosed = false
    /// TLS is being agreed on.
    private(set) var isHandshaking: Bool
    private var headSearch = HeadSearch()
    private var isProgressing = false
    /// How many requests may still be begun before others have their turn.
    private var turn = EngineLimits.requestsInTurn
    /// Others have their turn; what was read waits.
    private var isPaused = false

    /// Until there is a transport.
    private static let unknown = ForwardingFields(peer: nil, trusted: [])

    init(services: ExchangeServices, list: any ClientList, listener: ListenerOptions, isTurnedAway: Bool = false) {
        (self.services, self.list, self.listener) = (services, list, listener)
        loop = services.loop
        self.isTurnedAway = isTurnedAway
        forwarding = Self.unknown
        isHandshaking = listener.tls != nil
        // A handshake is no request: until it is through, the connection is not idle but being made.
        let first = isHandshaking ? EngineLimits.handshakeTimeout : services.loop.limits.idleTimeout
        deadlines = Deadlines(progress: services.loop.coarseNow + (isTurnedAway ? EngineLimits.turnAwayTime : first))
    }

    // MARK: Its transport

    func begin(on transport: any ClientTransport) {
        self.transport = transport
        renewForwarding()
        list.add(self)
    }

    /// What a reload took away from `trusted-proxies` is not believed of the next request.
    private func renewForwarding() {
        guard forwardingGeneration != services.settings.generation, let transport else { return }
        forwardingGeneration = services.settings.generation
        forwarding = transport.forwarding
    }

    func handshakeEnded() {
        isHandshaking = false
        deadlines.progress = loop.coarseNow + loop.limits.idleTimeout
    }

    /// Nothing more passes in either direction.
    func transportEnded() {
        leaveExchange()
        list.remove(self)
    }

    func leaveTransport() {
        transport = nil
        list.remove(self)
    }

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

    /// All that could be read for now was.
    func burstEnded() {
        if !isPaused { turn = EngineLimits.requestsInTurn }
    }

    /// The client has taken enough of what was written for it.
    func becameWritable() {
        if case .exchanging(let exchange) = phase {
            exchange.clientBecameWritable()
        } else if input.readableBytes > 0 {
            // Requests that were not begun, since the answers to others were not taken.
            progress()
        }
        resumeReading()
    }

    func inputEnded() {
        inputIsClosed = true
        switch phase {
        // Requests that wait for their turn, or for the client to take its answers, are answered first.
        case .idle where input.readableBytes > 0, .readingHead where input.readableBytes > 0:
            if !isPaused, isWritable { closeWhenWritten() }
        case .idle, .readingHead, .skipping: closeWhenWritten()
        case .lingering: close()
        case .closing, .closed: return
        case .exchanging(let exchange): if exchange.clientInputEnded() { close() }
        }
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
            case .exchanging(let exchange):
                exchange.takeInput()
                // An exchange that was refused or has ended is left, and then there may be more to do.
                goesOn = !phase.isExchanging
            case .skipping(let decoder): goesOn = skip(decoder)
            case .closing, .lingering, .closed: goesOn = false
            }
        }
    }

    /// - Returns: whether there may be more to do with the octets at hand.
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
        guard headSearch.mayBeWhole(input, limit: loop.limits.maxHead) else { return false }
        let exchange = services.makeExchange()
        let outcome = exchange.head.read(input, catalogue: services.settings.requestFields, limits: loop.limits)
        if case .incomplete = outcome {
            services.takeBack(exchange)
            return waitForHead()
        }
        headSearch.reset()
        if input.readableBytes > exchange.head.length { exchange.head.detach() }
        turn -= 1
        renewForwarding()
        switch outcome {
        case .complete, .asterisk: input.moveReaderIndex(forwardBy: exchange.head.length)
        case .connect, .malformed, .incomplete: break
        }
        begin(exchange, outcome)
        return true
    }

    private func begin(_ exchange: Exchange, _ outcome: RequestHead.Outcome) {
        phase = .exchanging(exchange)
        answer += 1
        exchange.begin(for: self, outcome)
    }

    /// Whether a request may be begun now. Not while the client does not take the answers that it has: each would add one. And
    /// not more than so many before other connections of the event loop have their turn.
    private func mayBegin() -> Bool {
        guard !isPaused, input.readableBytes == 0 || isWritable else { return false }
        guard turn <= 0, input.readableBytes > 0 else { return true }
        isPaused = true
        loop.eventLoop.assumeIsolated().scheduleTask(in: EngineLimits.pauseOfTurn) { [self] in
            isPaused = false
            turn = EngineLimits.requestsInTurn
            progress()
            resumeReading()
            loop.flush()
        }
        return false
    }

    private func waitForHead() -> Bool {
        headSearch.wasIncomplete(input)
        if case .idle = phase {
            phase = .readingHead
            if !isTurnedAway { deadlines.progress = loop.coarseNow + loop.limits.headTimeout }
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

    private func becomeIdle() {
        phase = .idle
        deadlines.progress = loop.coarseNow + loop.limits.idleTimeout
        if loop.isDraining { closeWhenWritten() }
    }

    /// A stream's request that has no meaning in HTTP/1.1.
    func refuseHead(_ fault: RequestFault) {
        guard case .idle = phase else { return close() }
        begin(services.makeExchange(), .malformed(fault))
    }

    /// What a stream sends is not the rest of its request.
    func refuseBody(_ fault: RequestFault) {
        guard case .exchanging(let exchange) = phase, !exchange.requestIsComplete else { return close() }
        exchange.breakOff(Refusal(fault))
        progress()
    }

    // MARK: Backpressure

    /// One rule for all phases: nothing is read that could only be kept.
    var mustHoldRead: Bool {
        switch phase {
        case .closing: true
        case .skipping, .lingering, .closed: false
        case .idle, .readingHead:
            isPaused || !isWritable || input.readableBytes > max(EngineLimits.readAhead, loop.limits.maxHead)
        case .exchanging(let exchange): exchange.holdsInput(of: input.readableBytes)
        }
    }

    // MARK: Time

    func sweep(at now: NIODeadline) {
        guard case .exchanging(let exchange) = phase else {
            if deadlines.havePassed(at: now) { deadlinePassed() }
            return
        }
        if exchange.deadlines.end <= now {
            abort()
        } else if exchange.deadlines.havePassed(at: now) {
            exchange.timeOut()
        } else if exchange.deadlines.watch <= now {
            exchange.standingDue()
        }
    }

    /// What the connection waited for did not come.
    private func deadlinePassed() {
        if deadlines.end <= loop.coarseNow { return abort() }
        deadlines.progress = .distantFuture
        switch phase {
        // Nothing is asked, but the last answer is still on its way to a client that reads slowly.
        case .idle where transport?.octetsWaiting ?? 0 > 0 && isTakingResponse():
            deadlines.progress = loop.coarseNow + loop.limits.stallTimeout
        case .idle, .skipping, .lingering: close()
        // Some of the response was not taken: what the client has must not look like all of it.
        case .closing:
            if isTakingResponse() { deadlines.progress = loop.coarseNow + loop.limits.stallTimeout } else { abort() }
        case .closed, .exchanging: return
        case .readingHead: begin(services.makeExchange(), .incomplete)
        }
    }
}

extension ClientConnection: ClientSide {
    var peerKey: AddressKey? { transport?.peerKey }

    var responseLines: String { listener.responseLines }

    var redirectPort: Int? { listener.redirectPort }

    var isWritable: Bool { transport?.isWritable ?? false }

    func write(_ buffer: ByteBuffer) { transport?.write(buffer) }

    func resumeReading() { transport?.resume() }

    /// It may read slowly, and need not be waited for forever.
    func isTakingResponse() -> Bool { transport?.hasTaken(max(1, loop.limits.leastProgress), of: answer) ?? false }

    func exchangeEnded(_ fate: ClientFate) {
        guard phase.isExchanging else { return }
        switch fate {
        case .next(behind: nil):
            becomeIdle()
            resumeReading()
            if input.readableBytes > 0 || inputIsClosed { progress() }
        case .next(behind: let body?):
            phase = .skipping(body)
            deadlines.progress = loop.coarseNow + loop.limits.headTimeout
            resumeReading()
            progress()
        case .close: closeWhenWritten()
        case .linger(let end):
            deadlines.endAtLatest(at: end)
            closeWhenWritten(lingers: true)
        case .abort: abort()
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
