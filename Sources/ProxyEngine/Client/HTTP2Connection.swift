internal import NIOCore
internal import NIOHTTP2

/// One client's HTTP/2 connection: each of its streams becomes a ``ClientConnection`` with one request. Frames, HPACK, flow
/// control and the limits of floods are NIOHTTP2's; streams are ours, as NIOHTTP2's are channels, whose pipelines cost more
/// than all the rest of a request.
final class HTTP2Connection: ChannelInboundHandler, NIOHTTP2FrameDelegate {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let services: ExchangeServices
    let loop: LoopServices
    private let list: any ClientList
    private let listener: ListenerOptions
    private(set) var context: ChannelHandlerContext?
    private var streams: [HTTP2StreamID: HTTP2Stream] = [:]
    private var window = HTTP2Window(target: EngineLimits.connectionWindow)
    /// What is sent when this turn of the event loop ends.
    private var outbox: [HTTP2Frame] = []
    private var willFlush = false
    /// Streams of which something was sent since they were settled last.
    private var touched: [HTTP2Stream] = []
    private var peer = ForwardingPeer()
    var indexing = HTTP2FieldIndexing()
    private var isLeaving = false
    /// When the connection ends, if nothing changes.
    private(set) var deadline: NIODeadline
    /// When it ends whatever is under way, once it was drained.
    private var end = NIODeadline.distantFuture
    private var acknowledged = Acknowledgements()
    /// The position in the worker's list.
    var slot = 0

    private init(services: ExchangeServices, list: any ClientList, listener: ListenerOptions) {
        (self.services, self.list, self.listener) = (services, list, listener)
        loop = services.loop
        deadline = services.loop.coarseNow + services.loop.limits.idleTimeout
    }

    /// Puts the handlers of HTTP/2 behind TLS; every stream gets the options of its listener.
    static func install(
        on channel: any Channel, services: ExchangeServices, list: any ClientList, listener: ListenerOptions
    ) throws {
        let connection = HTTP2Connection(services: services, list: list, listener: listener)
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let protocolHandler = NIOHTTP2Handler(
            mode: .server, frameDelegate: connection,
            connectionConfiguration: connectionConfiguration(services.loop.limits))
        try channel.pipeline.syncOperations.addHandlers([
            HTTP2FrameGatherer(), protocolHandler, management, connection,
        ])
    }

    private static func connectionConfiguration(_ limits: EngineLimits) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: EngineLimits.maxStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.maxHead),
            HTTP2Setting(parameter: .initialWindowSize, value: EngineLimits.streamWindow),
        ]
        configuration.targetWindowSize = EngineLimits.connectionWindow
        configuration.maximumRecentlyResetStreams = EngineLimits.maxStreams
        // Ours are stricter, and answer instead of resetting: HTTP2RequestReader.
        configuration.headerBlockValidation = .disabled
        configuration.contentLengthValidation = .disabled
        return configuration
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        list.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        list.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard frame.streamID != .rootStream else { return }
        if let stream = streams[frame.streamID] { return stream.receive(frame.payload) }
        if case .headers = frame.payload { openStream(frame.streamID).receive(frame.payload) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let closed as StreamClosedEvent: streamEnded(closed.streamID)
        case let changed as NIOHTTP2WindowUpdatedEvent:
            guard let size = changed.inboundWindowSize else { return }
            guard changed.streamID == .rootStream else { streams[changed.streamID]?.windowChanged(to: size); return }
            if let increment = window.changed(to: size) {
                send(.windowUpdate(windowSizeIncrement: increment), on: .rootStream)
            }
        case let changed as NIOHTTP2BulkStreamWindowChangeEvent:
            for stream in streams.values { stream.windowChanged(by: changed.delta) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        settleStreams()
        loop.flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        settleStreams()
        if context.channel.isWritable {
            for stream in streams.values { stream.connectionBecameWritable() }
        }
        loop.flush()
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        let ended = streams.values
        (streams, outbox, touched) = ([:], [], [])
        for stream in ended { stream.closed() }
        list.remove(self)
        loop.flush()
        context.fireChannelInactive()
    }

    /// NIOHTTP2 has told the client (GOAWAY) when the fault is the connection's; a stream's own is dealt with there.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is NIOHTTP2Errors.StreamError, is NIOHTTP2Errors.StreamClosed, is NIOHTTP2Errors.NoSuchStream: return
        // A window that NIOHTTP2 would open behind the last stream's end; that end is not flushed yet.
        case is NIOHTTP2Errors.IOOnClosedConnection where isLeaving: return
        default: context.close(promise: nil)
        }
    }

    // MARK: Streams

    private func openStream(_ id: HTTP2StreamID) -> HTTP2Stream {
        let stream = HTTP2Stream(id: id, connection: self)
        streams[id] = stream
        deadline = end
        // Not before a client's first request: it would have to connect anew without an answer, again and again.
        if loop.isLeaving { context?.eventLoop.assumeIsolated().execute { [self] in leave() } }
        let client = ClientConnection(services: services, list: list, listener: listener)
        client.handshakeEnded()
        stream.begin(client)
        return stream
    }

    private func streamEnded(_ id: HTTP2StreamID) {
        guard let stream = streams.removeValue(forKey: id) else { return }
        stream.closed()
        guard streams.isEmpty else { return }
        acknowledged.reset()
        deadline = min(end, loop.coarseNow + loop.limits.idleTimeout)
    }

    /// The same for all requests of the connection, until the settings change.
    var forwarding: ForwardingFields {
        peer.fields(context?.channel.remoteAddress, by: services.settings, isSecure: true, isHTTP2: true)
    }

    private(set) lazy var peerKey = context?.channel.remoteAddress.flatMap { AddressKey($0) }

    // MARK: Sending

    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// All that is sent in one turn of the event loop leaves together: upstreams answer one by one, but the event loop hears of
    /// many of them in one turn. It also keeps the end of a stream, which may follow at once, out of what is being done for it.
    func send(_ payload: HTTP2Frame.FramePayload, on id: HTTP2StreamID) {
        outbox.append(HTTP2Frame(streamID: id, payload: payload))
        guard !willFlush, let context else { return }
        willFlush = true
        context.eventLoop.assumeIsolated().execute { [self] in
            if willFlush { flushOutbox() }
        }
    }

    private func flushOutbox() {
        willFlush = false
        var frames: [HTTP2Frame] = []
        swap(&frames, &outbox)
        guard let context, !frames.isEmpty else { return }
        for frame in frames where frame.streamID == .rootStream || streams[frame.streamID] != nil {
            // What was sent before a reset would be dropped with it.
            if case .rstStream = frame.payload { context.flush() }
            context.write(wrapOutboundOut(frame), promise: nil)
        }
        context.flush()
        settleStreams()
        loop.flush()
        if outbox.isEmpty {
            frames.removeAll(keepingCapacity: frames.capacity <= 4 * EngineLimits.maxStreams)
            outbox = frames
        }
    }

    func wroteFrame(_ frame: HTTP2Frame) {
        guard let stream = streams[frame.streamID] else { return }
        stream.wrote(frame.payload)
        guard !stream.isTouched else { return }
        stream.isTouched = true
        touched.append(stream)
    }

    private func settleStreams() {
        while let stream = touched.popLast() {
            stream.isTouched = false
            stream.settle()
        }
    }

    // MARK: Its life

    /// No further stream: GOAWAY, and the end when the last one is through, however long it takes (RFC 9113 §6.8).
    func leave() {
        guard !isLeaving else { return }
        isLeaving = true
        context?.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    /// Leaves, and ends after `grace` even what is under way.
    func drain(grace: TimeAmount) {
        end = min(end, loop.coarseNow + grace)
        deadline = min(deadline, end)
        leave()
    }

    func deadlinePassed() {
        if loop.coarseNow < end, isTakingResponses() {
            deadline = min(end, loop.coarseNow + loop.limits.stallTimeout)
        } else {
            deadline = .distantFuture
            if isLeaving { close() } else { drain(grace: EngineLimits.handshakeTimeout) }
        }
    }

    /// Nothing is asked, but the answers are still on their way to a client that reads slowly.
    private func isTakingResponses() -> Bool {
        guard let waiting = try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes), waiting > 0
        else { return false }
        return acknowledged.haveGrown(by: max(1, loop.limits.leastProgress), on: context)
    }

    func close() {
        flushOutbox()
        context?.close(promise: nil)
    }
}
