internal import NIOCore

/// The ends of a connection: at once, visibly broken off, or when all that was written has gone.
extension ClientConnection {
    /// At once, whatever the client has not been sent yet.
    func close() {
        if leaveExchange() { transport?.close() }
    }

    /// Closes so that the client can't take what it got for the whole.
    func abort() {
        if leaveExchange() { transport?.abort() }
    }

    /// - Returns: whether the connection was not closed before.
    @discardableResult
    func leaveExchange() -> Bool {
        let before = phase
        phase = .closed
        input = ByteBuffer()
        switch before {
        case .closed: return false
        case .exchanging(let exchange): exchange.abandon()
        case .idle, .readingHead, .skipping, .closing, .lingering: break
        }
        return true
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
        answer += 1
        deadlines.progress = loop.coarseNow + loop.limits.stallTimeout
        transport?.tellWhenWritten()
    }

    func everythingIsWritten() {
        guard case .closing(let lingers) = phase else { return }
        guard lingers, !inputIsClosed else { return close() }
        phase = .lingering(octets: EngineLimits.lingerOctets)
        deadlines.progress = loop.coarseNow + EngineLimits.lingerTime
        transport?.closeOutput()
        resumeReading()
    }

    /// The gateway stops: no further request on this connection.
    func drain() {
        switch phase {
        // What was written before a handshake waits for its end.
        case .idle where isHandshaking: close()
        case .idle, .readingHead, .skipping: closeWhenWritten()
        case .exchanging(let exchange): exchange.drain()
        case .closing, .lingering, .closed: return
        }
    }
}
