internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// Between one stream and its ``ClientConnection``, for which the stream is a connection with one request.
final class HTTP2StreamHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let client: ClientConnection
    private var request = HTTP2RequestReader()
    private var response = HTTP2ResponseReader()
    /// When the frame that ends the response has been sent, however long the client's window kept it back.
    private var responseSent: EventLoopFuture<Void>?
    private var responseIsOut = false
    /// Nothing of what still comes is passed on.
    private var isRefused = false
    private var isReset = false

    init(client: ClientConnection) { self.client = client }

    // MARK: The request

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        var out = ByteBuffer()
        let fault: RequestFault?
        switch unwrapInboundIn(data) {
        case .headers(let frame) where request.awaitsHead:
            fault = request.readHead(frame.headers, ends: frame.endStream, into: &out)
            if let fault {
                isRefused = true
                return client.refuseHead(fault)
            }
        case .headers(let frame): fault = request.readTrailers(frame.headers, ends: frame.endStream, into: &out)
        case .data(let frame):
            guard case .byteBuffer(var bytes) = frame.data else { return }
            fault = request.readData(&bytes, ends: frame.endStream, into: &out)
        case .priority, .rstStream, .settings, .pushPromise, .ping, .goAway, .windowUpdate, .alternativeService,
            .origin:
            return
        }
        if let fault {
            isRefused = true
            return client.refuseBody(fault)
        }
        if out.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(out)) }
    }

    // MARK: The response

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        guard bytes.readableBytes > 0 else { return whenSent(promise) }
        guard !response.isEnded, !isReset else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        response.take(bytes)
        while let event = response.next(isHead: request.isHead) { write(event, context) }
        whenSent(promise)
    }

    private func write(_ event: HTTP2ResponseReader.Event, _ context: ChannelHandlerContext) {
        switch event {
        case .head(let headers, let ends): write(.headers(.init(headers: headers, endStream: ends)), ends, context)
        case .data(let bytes, let ends): write(.data(.init(data: .byteBuffer(bytes), endStream: ends)), ends, context)
        case .trailers(let headers): write(.headers(.init(headers: headers, endStream: true)), true, context)
        case .malformed: reset(context, .internalError)
        }
    }

    private func write(_ frame: HTTP2Frame.FramePayload, _ ends: Bool, _ context: ChannelHandlerContext) {
        guard ends else { return context.write(wrapOutboundOut(frame), promise: nil) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        responseSent = sent.futureResult
        // The client need not send the rest of a request that is answered (RFC 9113 §8.1).
        sent.futureResult.assumeIsolated().whenSuccess { [self] in
            responseIsOut = true
            if !request.isEnded { reset(context, isRefused ? .protocolError : .noError) }
        }
        context.write(wrapOutboundOut(frame), promise: sent)
    }

    private func whenSent(_ promise: EventLoopPromise<Void>?) {
        guard let promise else { return }
        if let responseSent { responseSent.cascade(to: promise) } else { promise.succeed(()) }
    }

    // MARK: The end

    /// A stream whose response is whole closes by itself; any other must not look whole.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .all = mode, !responseIsOut { reset(context, .internalError) }
        promise?.succeed(())
    }

    private func reset(_ context: ChannelHandlerContext, _ code: HTTP2ErrorCode) {
        guard !isReset, context.channel.isActive else { return }
        isReset = true
        context.writeAndFlush(wrapOutboundOut(.rstStream(code)), promise: nil)
    }
}
