internal import Glibc
internal import NIOCore

/// The ends of a connection: at once, visibly broken off, or when all that was written has gone.
extension ClientConnection {
    /// At once, whatever the client has not been sent yet.
    func close() {
        if case .closed = phase { return }
        phase = .closed
        abandonExchange()
        input = ByteBuffer()
        if let stream { return stream.close() }
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

    /// Closes when the client has been sent all that was written, however slowly it reads: closing at once would cut off
    /// what NIO still holds, and where the end of the connection is the end of a body, nobody could tell.
    ///
    /// - Parameter lingers: read on for a moment then, so that a client which is still sending sees the answer instead of
    ///   a reset.
    func closeWhenWritten(lingers: Bool = false) {
        guard !phase.ignoresInput else { return }
        phase = .closing(lingers: lingers)
        input = ByteBuffer()
        unsent = .max
        acknowledged.reset()
        deadline = worker.coarseNow + worker.limits.stallTimeout
        if let stream { return stream.tellWhenSent() }
        guard let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in everythingIsWritten() }
        isDirty = false
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    /// Whether the client has taken enough of what waits for it since this was asked last: it may read slowly, and need not
    /// be waited for forever. What a stream's window holds back is its own; the rest is for its connection to take.
    func isTakingResponse() -> Bool {
        let least = max(1, worker.limits.leastProgress)
        let isTakingOctets = acknowledged.haveGrown(by: least, on: stream?.connection.context ?? context)
        guard let stream, stream.unsent > 0 else { return isTakingOctets }
        defer { unsent = stream.unsent }
        return unsent - stream.unsent >= least
    }

    /// Octets that were written and that the client has not taken.
    var octetsWaiting: Int? {
        if let stream { return stream.unsent }
        return try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
    }

    func everythingIsWritten() {
        guard case .closing(let lingers) = phase else { return }
        guard lingers, !inputIsClosed else { return close() }
        phase = .lingering(octets: EngineLimits.lingerOctets)
        deadline = worker.coarseNow + EngineLimits.lingerTime
        context?.close(mode: .output, promise: nil)
        resumeReading()
    }

    /// The server shuts down: no further request on this connection.
    func drain() {
        switch phase {
        // What was written before a handshake waits for its end.
        case .idle where isHandshaking: close()
        case .idle, .readingHead, .skipping: closeWhenWritten()
        case .exchanging:
            guard let exchange else { return }
            if exchange.machine.phase == .tunnelling { return endTunnel(exchange, .goingAway) }
            exchange.machine.closeAfterwards()
        case .closing, .lingering, .closed: return
        }
    }
}
