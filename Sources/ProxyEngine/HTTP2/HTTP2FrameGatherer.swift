internal import NIOCore

/// Between NIOHTTP2 and TLS: what is written before a flush goes to TLS in one piece, or nearly. NIOHTTP2 writes each frame by
/// itself, and the head of a DATA frame apart from its data; each would be a TLS record. Large ones may.
final class HTTP2FrameGatherer: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Its storage is used again when TLS has taken what was in it.
    private var gathered = ByteBuffer()
    private var promises: [EventLoopPromise<Void>] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .byteBuffer(let buffer) = unwrapOutboundIn(data), buffer.readableBytes <= EngineLimits.copyLimit
        else {
            passOn(context)
            return context.write(data, promise: promise)
        }
        if gathered.readableBytes + buffer.readableBytes > EngineLimits.tlsRecord { passOn(context) }
        gathered.writeImmutableBuffer(buffer)
        if let promise { promises.append(promise) }
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
        // What grew once must not stay.
        if gathered.storageCapacity > EngineLimits.copyLimit { gathered = ByteBuffer() } else { gathered.clear() }
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
