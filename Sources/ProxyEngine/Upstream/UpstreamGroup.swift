internal import NIOCore
internal import Synchronization

/// The servers of one upstream as one event loop sees them: who gets which request. What is known of the servers all event
/// loops share.
final class UpstreamGroup: UpstreamServers {
    let settings: UpstreamSettings
    let writer: UpstreamRequestWriter
    let rewriting: ResponseRewriting?
    private let services: UpstreamServices
    var loop: LoopServices { services.loop }
    private let pools: [UpstreamPool]
    /// Empty where there is nothing to choose and nothing to count.
    let states: [UpstreamStates.Server]
    /// Requests at a server are counted: that decides who gets the next one, or whether anybody does.
    private let countsLoad: Bool
    private let balancesLoad: Bool
    private var turn = 0
    private var budget: RetryBudget
    /// Those of this event loop that wait for a server to have room; their places in line are in `settings.states`.
    var queue: [WaitingRequest] = []

    init(_ settings: UpstreamSettings, services: UpstreamServices) {
        self.settings = settings
        self.services = services
        writer = UpstreamRequestWriter(upstream: settings)
        rewriting = settings.rewriting
        let writer = writer
        pools = settings.servers.map { UpstreamPool(server: $0, tls: settings.tls, writer: writer, services: services) }
        let known = settings.states?.servers ?? []
        states = (pools.count > 1 || settings.limit != nil) && known.count == pools.count ? known : []
        balancesLoad = !states.isEmpty && settings.balance == .leastRequests
        countsLoad = balancesLoad || !states.isEmpty && settings.limit != nil
        budget = RetryBudget(percent: settings.retryPercent)
    }

    var eventLoop: any EventLoop { loop.eventLoop }

    var name: String { settings.name }

    func refusal(of head: RequestHead, _ passage: borrowing Passage) -> Refusal? { writer.refusal(of: head, passage) }

    /// How many servers a request may be tried at before it is given up.
    var serverCount: Int { pools.count }

    func lease(for user: any UpstreamUser, isFirst: Bool, _ freshness: UpstreamLease.Freshness) -> UpstreamLease {
        if isFirst { budget.count() }
        guard pools.count > 1 || countsLoad else { return pools[0].lease(for: user, freshness) }
        if settings.limit != nil { return leaseWithinLimit(for: user, isFirst: isFirst, freshness) }
        guard let server = choose(for: user) else { return .refused }
        return lease(at: server, for: user, freshness)
    }

    func lease(
        at server: Int, for user: any UpstreamUser, _ freshness: UpstreamLease.Freshness
    ) -> UpstreamLease {
        let attempt = user.attempt
        if attempt.server == nil { turn = server }
        attempt.server = server
        attempt.tried.insert(server)
        return pools[server].lease(for: user, freshness)
    }

    /// The request counts as being at the server, until it is released.
    ///
    /// - Returns: nil where no server has room.
    func choose(for user: any UpstreamUser) -> Int? {
        let attempt = user.attempt
        // It keeps its place: there is no other server.
        if attempt.isAtServer, pools.count == 1 { return 0 }
        release(user)
        guard !states.isEmpty else { return ((attempt.server ?? turn) + 1) % pools.count }
        let limit = settings.limit?.maxRequests ?? .max
        // Another event loop may take the last place between the look and the step.
        while let server = next(attempt.tried, behind: attempt.server) {
            guard countsLoad else { return server }
            guard states[server].enter(limit: limit) else { continue }
            attempt.isAtServer = true
            return server
        }
        return nil
    }

    /// A request that was at one server already goes to the one behind it, wherever the others' turn has got to.
    func next(_ tried: ServerChoice.Tried, behind last: Int?) -> Int? {
        let now = loop.coarseNow.uptimeNanoseconds
        let limit = settings.limit?.maxRequests ?? .max
        return ServerChoice.next(behind: last ?? turn, of: pools.count, tried: tried) {
            [states, countsLoad, balancesLoad] in
            let load = countsLoad ? states[$0].load.load(ordering: .relaxed) : 0
            return ServerChoice.Candidate(
                isOut: states[$0].isOut(at: now), load: balancesLoad ? load : 0, isFull: load >= limit)
        }
    }

    // MARK: How it went

    /// The request is no longer at its server, and waits for none.
    func release(_ user: any UpstreamUser) {
        guard countsLoad else { return }
        let attempt = user.attempt
        if attempt.isQueued { leaveQueue(user) }
        guard attempt.isAtServer, let server = attempt.server else { return }
        attempt.isAtServer = false
        states[server].leave()
        if settings.limit != nil, let line = settings.states?.line, !line.isEmpty { line.callNext() }
    }

    /// The server gave a whole answer, whatever its status.
    func succeeded(_ attempt: Attempt) {
        guard ejects, let server = attempt.server else { return }
        settings.states?.tell(states[server].succeeded(at: loop.coarseNow.uptimeNanoseconds), of: server)
    }

    /// It could not be reached, did not answer in time, or broke off.
    func failed(_ attempt: Attempt) {
        guard ejects, let rule = settings.ejection, let server = attempt.server else { return }
        settings.states?.tell(states[server].failed(at: loop.coarseNow.uptimeNanoseconds, rule), of: server)
    }

    /// With one server there is nothing to eject.
    private var ejects: Bool { pools.count > 1 && !states.isEmpty && settings.ejection != nil }

    /// - Returns: whether a request may be sent a second time; it counts as sent then.
    func spendRetry() -> Bool {
        let isGranted = budget.spend()
        settings.states?.countRetry(isGranted)
        return isGranted
    }

    // MARK: Upkeep

    func cancel(_ user: any UpstreamUser) {
        if user.attempt.isQueued { return leaveQueue(user) }
        for pool in pools { pool.cancel(user) }
    }

    func sweep(at now: NIODeadline) {
        budget.advance(to: now.uptimeNanoseconds)
        for pool in pools { pool.closeIdle(at: now) }
        // A server that is back in turn has room of which no request tells.
        if !queue.isEmpty, hasRoom { settings.states?.line.callNext() }
    }

    /// No settings name it any more: what is under way finishes.
    func retire() {
        for pool in pools { pool.retire() }
    }

    func shutDown() {
        queue.removeAll()
        for pool in pools { pool.shutDown() }
    }
}
