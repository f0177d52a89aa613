internal import NIOCore

/// What keeps one client, or all of them, from taking more than there is.
extension Exchange {
    /// Counts the request, or says why there may not be one more.
    func overload(_ client: any ClientSide) -> Refusal? {
        if client.isTurnedAway { return .tooManyConnections }
        let limits = loop.limits
        let verdict = services.load.requests.enter(
            limit: limits.maxRequests, of: limits.maxRequestsPerAddress == nil ? nil : addressKey(client),
            limitOfAddress: limits.maxRequestsPerAddress)
        switch verdict {
        case .entered(let place):
            self.place = place
            return nil
        case .full: return .tooManyRequests
        case .addressIsFull: return .tooManyRequestsOfAddress
        }
    }

    /// Whom the request is counted for: the client, where trusted proxies tell who that is.
    private func addressKey(_ client: any ClientSide) -> AddressKey? {
        guard client.forwarding.isTrusted else { return client.peerKey }
        guard let text = knownOrigin?.address, let address = try? SocketAddress(ipAddress: text, port: 0),
            !services.settings.trustedProxies.contain(address)
        else { return nil }
        return AddressKey(address)
    }

    /// Something of a request's body came. A trickle is no progress: until enough has come, the time goes on running. Where
    /// the upstream takes nothing, the client can't send.
    func bodyProgressed() {
        let upstreamHolds = upstream.map { !$0.isWritable } ?? false
        let isEnough = requestOctets - progressedOctets >= loop.limits.leastProgress
        guard isEnough || upstreamHolds || progressedOctets < 0 else { return }
        progressedOctets = requestOctets
        wait(loop.limits.stallTimeout)
    }
}
