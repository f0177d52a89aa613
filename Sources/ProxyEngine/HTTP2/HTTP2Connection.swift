internal import NIOCore
internal import NIOHTTP2

/// One client's HTTP/2 connection: each of its streams becomes a ``ClientConnection`` with one request. Frames, HPACK, flow
/// control and the limits of floods are NIOHTTP2's.
final class HTTP2Connection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let worker: Worker
    private var context: ChannelHandlerContext?
    private var streams = 0
    private var isLeaving = false
    /// When the connection ends, if nothing changes.
    private(set) var deadline: NIODeadline
    /// The position in the worker's list.
    var slot = 0

    private init(worker: Worker) {
        self.worker = worker
        deadline = worker.coarseNow + worker.limits.idleTimeout
    }

    /// Puts the handlers of HTTP/2 behind TLS; every stream gets the options of its listener.
    static func install(on channel: any Channel, worker: Worker, listener: ListenerOptions) throws {
        let connection = HTTP2Connection(worker: worker)
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let bound = NIOLoopBound(worker, eventLoop: channel.eventLoop)
        let counter = StreamCounter(
            connection: NIOLoopBound(connection, eventLoop: channel.eventLoop),
            management: management.http2StreamDelegate)
        let protocolHandler = NIOHTTP2Handler(
            mode: .server, eventLoop: channel.eventLoop,
            connectionConfiguration: connectionConfiguration(worker.limits),
            streamConfiguration: streamConfiguration, streamDelegate: counter
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let client = ClientConnection(worker: bound.value, listener: listener, isStream: true)
                try stream.pipeline.syncOperations.addHandlers([HTTP2StreamHandler(client: client), client])
            }
        }
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

    private static let streamConfiguration: NIOHTTP2Handler.StreamConfiguration = {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = EngineLimits.streamWindow
        configuration.outboundBufferSizeHighWatermark = EngineLimits.streamWaterMark.high
        configuration.outboundBufferSizeLowWatermark = EngineLimits.streamWaterMark.low
        return configuration
    }()

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        worker.remove(self)
        context.fireChannelInactive()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        worker.flush()
        context.fireChannelReadComplete()
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

    // MARK: Its life

    fileprivate func streamOpened() {
        streams += 1
        if !isLeaving { deadline = .distantFuture }
    }

    fileprivate func streamEnded() {
        streams -= 1
        if streams == 0, !isLeaving { deadline = worker.coarseNow + worker.limits.idleTimeout }
    }

    /// No further stream: GOAWAY, and the end when the last one is through (RFC 9113 §6.8).
    func drain(grace: TimeAmount) {
        guard !isLeaving else { return }
        isLeaving = true
        deadline = worker.coarseNow + grace
        context?.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    func deadlinePassed() {
        deadline = .distantFuture
        if isLeaving { close() } else { drain(grace: EngineLimits.handshakeTimeout) }
    }

    func close() { context?.close(promise: nil) }
}

private struct StreamCounter: NIOHTTP2StreamDelegate {
    let connection: NIOLoopBound<HTTP2Connection>
    let management: NIOHTTP2ServerConnectionManagementHandler.HTTP2StreamDelegate

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
        connection.value.streamOpened()
        management.streamCreated(id, channel: channel)
    }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
        connection.value.streamEnded()
        management.streamClosed(id, channel: channel)
    }
}
