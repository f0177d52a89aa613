internal import NIOCore
internal import Synchronization

/// A request that waits for a server to have room.
struct WaitingRequest {
    let user: any UpstreamUser
    let freshness: UpstreamLease.Freshness
}

/// No more requests at a server than it may have; a few wait for a while.
extension UpstreamGroup {
    func leaseWithinLimit(
        for user: any UpstreamUser, isFirst: Bool, _ freshness: UpstreamLease.Freshness
    ) -> UpstreamLease {
        guard let limit = settings.limit, let line = settings.states?.line else { return .refused }
        // Who comes now stands behind those that wait.
        if !isFirst || line.isEmpty, let server = choose(for: user) {
            return lease(at: server, for: user, freshness)
        }
        // A request that could not reach one server does not wait for another, which would hold up those that can go anywhere.
        guard isFirst, line.join(self, limit: limit.queue) else { return .refused }
        // Room that came just before it joined was offered to nobody.
        if line.count == 1, let server = choose(for: user) {
            line.leave(self)
            return lease(at: server, for: user, freshness)
        }
        user.attempt.isQueued = true
        queue.append(WaitingRequest(user: user, freshness: freshness))
        return .queued(limit.patience)
    }

    /// There is room, and it is this event loop's turn.
    func callWaiting() {
        guard let line = settings.states?.line else { return }
        // Who was called has left since: somebody else may wait.
        guard let first = queue.first, first.user.awaitsConnection else {
            if !queue.isEmpty { queue.removeFirst() }
            return line.callNext()
        }
        first.user.attempt.isQueued = false
        guard let server = choose(for: first.user) else {
            first.user.attempt.isQueued = true
            return line.joinInFront(self)
        }
        queue.removeFirst()
        first.user.queueEnded(lease(at: server, for: first.user, first.freshness))
        if !line.isEmpty, hasRoom { line.callNext() }
        loop.flush()
    }

    func leaveQueue(_ user: any UpstreamUser) {
        user.attempt.isQueued = false
        guard let index = queue.firstIndex(where: { $0.user === user }) else { return }
        queue.remove(at: index)
        settings.states?.line.leave(self)
    }

    /// For a request that was at no server yet.
    var hasRoom: Bool { next(ServerChoice.Tried(), behind: nil) != nil }
}
