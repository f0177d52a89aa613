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
        tunnelProgressed()
        exchange.requestOctets += input.readableBytes
        upstream.write(input)
        input = ByteBuffer()
    }

    /// The upstream is gone: what it sent goes to the client, and then the connection ends.
    func tunnelEnded(_ exchange: Exchange) {
        exchange.machine.settled()
        settle(exchange)
        closeWhenWritten(lingers: true)
    }

    /// The gateway ends it, with a Close frame where the last frame to the client is whole.
    func endTunnel(_ exchange: Exchange, _ code: WebSocketFrames.CloseCode) {
        guard exchange.machine.phase == .tunnelling, let upstream = exchange.upstream else { return }
        switch upstream.endTunnel() {
        case .atBoundary:
            write(WebSocketFrames.close(code))
            exchange.upstream?.abandon()
            exchange.upstream = nil
            tunnelEnded(exchange)
        // The rest of the frame is awaited for a moment only.
        case .insideFrame:
            exchange.closeCode = code
            deadline = worker.coarseNow + EngineLimits.lingerTime
        }
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
