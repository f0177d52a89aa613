internal import NIOCore

/// Between NIOHTTP2 and TLS: what all streams of a connection write in one turn of the event loop leaves together.
///
/// NIOHTTP2 writes each frame by itself and flushes for each stream, which would be a TLS record for each frame and a
/// system call for each stream. Upstreams answer one by one, but the event loop hears of many of them in one turn.
final class HTTP2FrameGatherer: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Small frames, one behind the other. Its storage is used again when TLS has taken what was in it.
    private var gathered = ByteBuffer()
    private var promises: [EventLoopPromise<Void>] = []
    /// Octets passed on or gathered since the last flush.
    private var unflushed = 0
    private var willFlush = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .byteBuffer(let buffer) = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        unflushed += buffer.readableBytes
        guard buffer.readableBytes <= EngineLimits.copyLimit else {
            passOn(context)
            return context.write(data, promise: promise)
        }
        gathered.writeImmutableBuffer(buffer)
        if let promise { promises.append(promise) }
        if gathered.readableBytes >= EngineLimits.tlsRecord { passOn(context) }
    }

    /// At the end of the turn, or at once where there is enough for a system call of its own.
    func flush(context: ChannelHandlerContext) {
        if unflushed >= EngineLimits.gatherLimit { return flushNow(context) }
        guard !willFlush else { return }
        willFlush = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            if handler.willFlush { handler.flushNow(context) }
        }
    }

    /// What was to be sent before is sent before.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if willFlush { flushNow(context) }
        context.close(mode: mode, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        willFlush = false
        let promises = promises
        self.promises = []
        for promise in promises { promise.fail(ChannelError.ioOnClosedChannel) }
    }

    private func flushNow(_ context: ChannelHandlerContext) {
        willFlush = false
        unflushed = 0
        passOn(context)
        context.flush()
    }

    private func passOn(_ context: ChannelHandlerContext) {
        guard gathered.readableBytes > 0 else { return }
        let promise = takePromises(context)
        context.write(wrapOutboundOut(.byteBuffer(gathered)), promise: promise)
        gathered.clear()
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
