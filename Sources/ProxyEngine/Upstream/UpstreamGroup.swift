internal import NIOCore
internal import Synchronization

/// The servers of one upstream as one event loop sees them: who gets which request. What is known of the servers all event
/// loops share.
final class UpstreamGroup {
    let settings: UpstreamSettings
    let writer: UpstreamRequestWriter
    let worker: Worker
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

    init(_ settings: UpstreamSettings, worker: Worker) {
        self.settings = settings
        self.worker = worker
        writer = UpstreamRequestWriter(upstream: settings)
        let writer = writer
        pools = settings.servers.map { UpstreamPool(server: $0, tls: settings.tls, writer: writer, worker: worker) }
        let known = settings.states?.servers ?? []
        states = (pools.count > 1 || settings.limit != nil) && known.count == pools.count ? known : []
        balancesLoad = !states.isEmpty && settings.balance == .leastRequests
        countsLoad = balancesLoad || !states.isEmpty && settings.limit != nil
        budget = RetryBudget(percent: settings.retryPercent)
    }

    var eventLoop: any EventLoop { worker.eventLoop }

    /// How many servers a request may be tried at before it is given up.
    var serverCount: Int { pools.count }

    func lease(for exchange: Exchange, _ freshness: UpstreamPool.Freshness) -> UpstreamPool.Lease {
        if exchange.leases == 1 { budget.count() }
        guard pools.count > 1 || countsLoad else { return pools[0].lease(for: exchange, freshness) }
        if settings.limit != nil { return leaseWithinLimit(for: exchange, freshness) }
        guard let server = choose(for: exchange) else { return .refused }
        return lease(at: server, for: exchange, freshness)
    }

    func lease(
        at server: Int, for exchange: Exchange, _ freshness: UpstreamPool.Freshness
    ) -> UpstreamPool.Lease {
        if exchange.server == nil { turn = server }
        exchange.server = server
        exchange.tried.insert(server)
        return pools[server].lease(for: exchange, freshness)
    }

    /// The request counts as being at the server, until it is released.
    ///
    /// - Returns: nil where no server has room.
    func choose(for exchange: Exchange) -> Int? {
        // It keeps its place: there is no other server.
        if exchange.isAtServer, pools.count == 1 { return 0 }
        release(exchange)
        guard !states.isEmpty else { return ((exchange.server ?? turn) + 1) % pools.count }
        let limit = settings.limit?.maxRequests ?? .max
        // Another event loop may take the last place between the look and the step.
        while let server = next(exchange.tried, behind: exchange.server) {
            guard countsLoad else { return server }
            guard states[server].enter(limit: limit) else { continue }
            exchange.isAtServer = true
            return server
        }
        return nil
    }

    /// A request that was at one server already goes to the one behind it, wherever the others' turn has got to.
    func next(_ tried: ServerChoice.Tried, behind last: Int?) -> Int? {
        let now = worker.coarseNow.uptimeNanoseconds
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
    func release(_ exchange: Exchange) {
        if exchange.isQueued { leaveQueue(exchange) }
        guard exchange.isAtServer, let server = exchange.server else { return }
        exchange.isAtServer = false
        states[server].leave()
        if settings.limit != nil, let line = settings.states?.line, !line.isEmpty { line.callNext() }
    }

    /// The server gave a whole answer, whatever its status.
    func succeeded(_ exchange: Exchange) {
        guard ejects, let server = exchange.server else { return }
        settings.states?.tell(states[server].succeeded(at: worker.coarseNow.uptimeNanoseconds), of: server)
    }

    /// It could not be reached, did not answer in time, or broke off.
    func failed(_ exchange: Exchange) {
        guard ejects, let rule = settings.ejection, let server = exchange.server else { return }
        settings.states?.tell(states[server].failed(at: worker.coarseNow.uptimeNanoseconds, rule), of: server)
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

    func cancel(_ exchange: Exchange) {
        if exchange.isQueued { return leaveQueue(exchange) }
        for pool in pools { pool.cancel(exchange) }
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
