internal import NIOCore

/// A WebSocket that the upstream has accepted: bytes pass both ways until one side ends it, nothing is said for too long, or the
/// permission is over.
extension ClientConnection {
    func tunnelBegan(_ exchange: Exchange) {
        exchange.machine.tunnelBegan()
        tunnelProgressed()
        watchStanding(of: exchange)
        // What the client sent ahead, it may: it belongs to the WebSocket.
        if input.readableBytes > 0 { passTunnelled(exchange) }
        resumeReading()
        if worker.isDraining { endTunnel(exchange, .goingAway) }
    }

    func tunnelProgressed() { deadline = worker.coarseNow + worker.limits.tunnelTimeout }

    /// What the client sends.
    func passTunnelled(_ exchange: Exchange) {
        guard let upstream = exchange.upstream, input.readableBytes > 0 else { return }
        let octets = input
        input = ByteBuffer()
        // Once it ends, nothing more is taken from the client.
        guard exchange.closeCode == nil else { return }
        tunnelProgressed()
        exchange.requestOctets += octets.readableBytes
        exchange.clientFrames.advance(octets)
        upstream.write(octets)
    }

    /// The upstream is gone: what it sent goes to the client, and then the connection ends.
    func tunnelEnded(_ exchange: Exchange) {
        exchange.machine.settled()
        settle(exchange)
        closeWhenWritten(lingers: true)
    }

    /// The gateway ends it: each side gets a Close frame where the last frame to it is whole. The rest of a frame to the client is
    /// awaited for a moment only, whatever progresses, since the client decides how fast it reads; from the client nothing
    /// is taken any more.
    func endTunnel(_ exchange: Exchange, _ code: WebSocketFrames.CloseCode) {
        guard exchange.machine.phase == .tunnelling, exchange.closeCode == nil, let upstream = exchange.upstream
        else { return }
        exchange.closeCode = code
        if exchange.clientFrames.isAtBoundary { upstream.write(WebSocketFrames.maskedClose(code)) }
        switch upstream.endTunnel() {
        case .atBoundary: tunnelIsAtBoundary(exchange, code)
        case .insideFrame: endAtLatest(in: EngineLimits.lingerTime)
        }
    }

    /// The last frame to the client is whole.
    func tunnelIsAtBoundary(_ exchange: Exchange, _ code: WebSocketFrames.CloseCode) {
        write(WebSocketFrames.close(code))
        // The Close frame for the server leaves before its connection is closed.
        exchange.upstream?.flushWrites()
        exchange.upstream?.abandon()
        exchange.upstream = nil
        tunnelEnded(exchange)
    }

    // MARK: Standing

    /// From now on the permission is asked about again: the exchange lasts.
    func watchStanding(of exchange: Exchange) {
        guard exchange.standing != nil, watch == .distantFuture else { return }
        watch = worker.coarseNow + EngineLimits.standingInterval
    }

    func standingDue() {
        watch = .distantFuture
        guard let exchange, exchange.standing != nil else { return }
        worker.gatekeeper.recheck(exchange) { [self] refusal in
            guard self.exchange === exchange else { return }
            guard let refusal else { return watchStanding(of: exchange) }
            permissionEnded(exchange, refusal)
            worker.flush()
        }
    }

    /// A response may be cut off; it must not look complete.
    private func permissionEnded(_ exchange: Exchange, _ refusal: Refusal) {
        switch exchange.machine.phase {
        case .tunnelling:
            exchange.result.code = refusal.code
            exchange.result.fault = "ended: \(refusal.message)"
            endTunnel(exchange, .policyViolation)
        case .responding:
            exchange.result.code = refusal.code
            exchange.result.fault = "ended: \(refusal.message)"
            exchange.upstream?.abandon()
            exchange.upstream = nil
            cutOff(exchange)
        case .sending:
            exchange.upstream?.abandon()
            exchange.upstream = nil
            answer(refusal, exchange)
            progress()
        case .admitting, .leasing, .answered, .settled: return
        }
    }
}
