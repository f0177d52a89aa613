internal import NIOCore

/// Between NIOHTTP2 and TLS: what is written before a flush goes to TLS in one piece. NIOHTTP2 writes each frame by itself, and
/// the head of a DATA frame apart from its data; each would be a TLS record.
final class HTTP2FrameGatherer: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Its storage is used again when TLS has taken what was in it.
    private var gathered = ByteBuffer()
    private var promises: [EventLoopPromise<Void>] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .byteBuffer(let buffer) = unwrapOutboundIn(data), buffer.readableBytes <= EngineLimits.tlsRecord
        else {
            passOn(context)
            return context.write(data, promise: promise)
        }
        gathered.writeImmutableBuffer(buffer)
        if let promise { promises.append(promise) }
        if gathered.readableBytes >= EngineLimits.gatherLimit { passOn(context) }
    }

    func flush(context: ChannelHandlerContext) {
        passOn(context)
        context.flush()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        let promises = promises
        self.promises = []
        for promise in promises { promise.fail(ChannelError.ioOnClosedChannel) }
    }

    private func passOn(_ context: ChannelHandlerContext) {
        guard gathered.readableBytes > 0 else { return }
        context.write(wrapOutboundOut(.byteBuffer(gathered)), promise: takePromises(context))
        // What grew for one large response must not stay.
        if gathered.storageCapacity > EngineLimits.tlsRecord { gathered = ByteBuffer() } else { gathered.clear() }
    }

    private func takePromises(_ context: ChannelHandlerContext) -> EventLoopPromise<Void>? {
        guard promises.count > 1 else { return promises.popLast() }
        let (promises, all) = (promises, context.eventLoop.makePromise(of: Void.self))
        self.promises = []
        all.futureResult.whenComplete { result in
            for promise in promises { promise.completeWith(result) }
        }
        return all
    }
}
