internal import NIOCore

/// What keeps one client, or all of them, from taking more than there is.
extension ClientConnection {
    /// Counts the request, or says why there may not be one more.
    func overload(_ exchange: Exchange) -> Refusal? {
        if isTurnedAway { return .tooManyConnections }
        let limits = worker.limits
        let verdict = worker.load.requests.enter(
            limit: limits.maxRequests, of: limits.maxRequestsPerAddress == nil ? nil : addressKey(of: exchange),
            limitOfAddress: limits.maxRequestsPerAddress)
        switch verdict {
        case .entered(let place):
            exchange.place = place
            return nil
        case .full: return .tooManyRequests
        case .addressIsFull: return .tooManyRequestsOfAddress
        }
    }

    /// Whom the request is counted for: the client, where trusted proxies tell who that is.
    private func addressKey(of exchange: Exchange) -> AddressKey? {
        guard forwarding.isTrusted else { return peerKey }
        let text = clientAddress(of: exchange)
        guard let address = try? SocketAddress(ipAddress: text, port: 0), !worker.settings.isTrusted(address)
        else { return nil }
        return AddressKey(address)
    }

    /// Something of a request's body came. A trickle is no progress: until enough has come, the time goes on running. Where
    /// the upstream takes nothing, the client can't send.
    func bodyProgressed(_ exchange: Exchange) {
        let upstreamHolds = exchange.upstream.map { !$0.isWritable } ?? false
        let isEnough = exchange.requestOctets - exchange.progressedOctets >= worker.limits.leastProgress
        guard isEnough || upstreamHolds || exchange.progressedOctets < 0 else { return }
        exchange.progressedOctets = exchange.requestOctets
        deadline = worker.coarseNow + worker.limits.stallTimeout
    }
}
