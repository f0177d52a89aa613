package import NIOCore

/// A WebSocket that the upstream has accepted: octets pass both ways until one side ends it, nothing is said for too long, or the
/// permission is over.
extension Exchange {
    package func tunnelBegan(_ response: ResponseHead) {
        guard let client else { return }
        result.status = response.status
        var out = ByteBuffer()
        ResponseWriter.writeHead(response, encoding: .identity, closes: false, added: responseLines, to: &out)
        client.write(out)
        servers?.succeeded(attempt)
        machine.tunnelBegan()
        tunnel = Tunnel()
        tunnelProgressed()
        watchStanding()
        // What the client sent ahead, it may: it belongs to the WebSocket.
        if client.input.readableBytes > 0 { passTunnelled() }
        client.resumeReading()
        if loop.isDraining { endTunnel(.goingAway) }
    }

    private func tunnelProgressed() { wait(loop.limits.tunnelTimeout) }

    /// What the client sends.
    func passTunnelled() {
        guard let client, let upstream, client.input.readableBytes > 0 else { return }
        let octets = client.input
        client.input = ByteBuffer()
        // Once it ends, nothing more is taken from the client.
        guard tunnel?.closeCode == nil else { return }
        tunnelProgressed()
        requestOctets += octets.readableBytes
        tunnel?.ofClient.advance(octets)
        upstream.write(octets)
    }

    /// What the upstream sends.
    package func receivedTunnelled(_ octets: ByteBuffer) {
        guard let client, tunnel != nil else { return }
        guard let code = tunnel?.closeCode else {
            tunnel?.ofUpstream.advance(octets)
            result.responseOctets += octets.readableBytes
            client.write(octets)
            return tunnelProgressed()
        }
        // To the end of the frame, and no further.
        guard let rest = tunnel?.ofUpstream.advance(octets, toFirstBoundary: true) else { return client.write(octets) }
        if let last = octets.getSlice(at: octets.readerIndex, length: rest) { client.write(last) }
        tunnelIsAtBoundary(code)
    }

    /// The upstream is gone: what it sent goes to the client, and then the connection ends.
    package func tunnelEnded() { end(.linger(by: deadlines.end)) }

    /// The gateway ends it: each side gets a Close frame where the last frame to it is whole. The rest of a frame to the client is
    /// awaited for a moment only, whatever progresses, since the client decides how fast it reads; from the client nothing
    /// is taken any more.
    func endTunnel(_ code: WebSocketFrames.CloseCode) {
        guard let tunnel, tunnel.closeCode == nil, let upstream else { return }
        self.tunnel?.closeCode = code
        if tunnel.ofClient.isAtBoundary { upstream.write(WebSocketFrames.maskedClose(code)) }
        if tunnel.ofUpstream.isAtBoundary {
            tunnelIsAtBoundary(code)
        } else {
            deadlines.endAtLatest(at: loop.coarseNow + EngineLimits.lingerTime)
        }
    }

    /// The last frame to the client is whole.
    private func tunnelIsAtBoundary(_ code: WebSocketFrames.CloseCode) {
        client?.write(WebSocketFrames.close(code))
        // The Close frame for the server leaves before its connection is closed.
        upstream?.flushWrites()
        abandonUpstream()
        end(.linger(by: deadlines.end))
    }
}
