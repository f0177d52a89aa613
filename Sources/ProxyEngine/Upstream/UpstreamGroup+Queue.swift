internal import NIOCore
internal import Synchronization

/// A request that waits for a server to have room.
struct WaitingRequest {
    let exchange: Exchange
    let freshness: UpstreamPool.Freshness
}

/// No more requests at a server than it may have; a few wait for a while.
extension UpstreamGroup {
    func leaseWithinLimit(for exchange: Exchange, _ freshness: UpstreamPool.Freshness) -> UpstreamPool.Lease {
        guard let limit = settings.limit, let line = settings.states?.line else { return .refused }
        let isFirst = exchange.leases == 1
        // Who comes now stands behind those that wait.
        if !isFirst || line.isEmpty, let server = choose(for: exchange) {
            return lease(at: server, for: exchange, freshness)
        }
        // A request that could not reach one server does not wait for another, which would hold up those that can go anywhere.
        guard isFirst, line.join(self, limit: limit.queue) else { return .refused }
        // Room that came just before it joined was offered to nobody.
        if line.count == 1, let server = choose(for: exchange) {
            line.leave(self)
            return lease(at: server, for: exchange, freshness)
        }
        exchange.isQueued = true
        queue.append(WaitingRequest(exchange: exchange, freshness: freshness))
        return .queued(limit.patience)
    }

    /// There is room, and it is this event loop's turn.
    func callWaiting() {
        guard let line = settings.states?.line else { return }
        // Who was called has left since: somebody else may wait.
        guard let first = queue.first, let client = first.exchange.client else {
            if !queue.isEmpty { queue.removeFirst() }
            return line.callNext()
        }
        first.exchange.isQueued = false
        guard let server = choose(for: first.exchange) else {
            first.exchange.isQueued = true
            return line.joinInFront(self)
        }
        queue.removeFirst()
        client.queueEnded(lease(at: server, for: first.exchange, first.freshness), for: first.exchange)
        if !line.isEmpty, hasRoom { line.callNext() }
        worker.flush()
    }

    func leaveQueue(_ exchange: Exchange) {
        exchange.isQueued = false
        guard let index = queue.firstIndex(where: { $0.exchange === exchange }) else { return }
        queue.remove(at: index)
        settings.states?.line.leave(self)
    }

    /// For a request that was at no server yet.
    var hasRoom: Bool { next(ServerChoice.Tried(), behind: nil) != nil }
}
