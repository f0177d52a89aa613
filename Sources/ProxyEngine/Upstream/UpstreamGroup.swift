internal import NIOCore
internal import Synchronization

/// The servers of one upstream as one event loop sees them: who gets which request. What is known of the servers all event
/// loops share.
final class UpstreamGroup {
    let settings: UpstreamSettings
    let writer: UpstreamRequestWriter
    private let worker: Worker
    private let pools: [UpstreamPool]
    /// Empty where there is nothing to choose.
    private let states: [UpstreamStates.Server]
    private let countsLoad: Bool
    private var turn = 0

    init(_ settings: UpstreamSettings, worker: Worker) {
        self.settings = settings
        self.worker = worker
        writer = UpstreamRequestWriter(upstream: settings)
        let writer = writer
        pools = settings.servers.map { UpstreamPool(server: $0, tls: settings.tls, writer: writer, worker: worker) }
        let known = settings.states?.servers ?? []
        states = pools.count > 1 && known.count == pools.count ? known : []
        countsLoad = !states.isEmpty && settings.balance == .leastRequests
    }

    /// How many servers a request may be tried at before it is given up.
    var serverCount: Int { pools.count }

    func lease(for exchange: Exchange, _ freshness: UpstreamPool.Freshness) -> UpstreamPool.Lease {
        guard pools.count > 1 else { return pools[0].lease(for: exchange, freshness) }
        let server = choose(for: exchange)
        exchange.server = server
        exchange.tried.insert(server)
        return pools[server].lease(for: exchange, freshness)
    }

    private func choose(for exchange: Exchange) -> Int {
        let now = worker.coarseNow.uptimeNanoseconds
        let first = exchange.server == nil
        release(exchange)
        // A request that was at one server already goes to the one behind it, wherever the others' turn has got to.
        let behind = exchange.server ?? turn
        let server: Int
        if states.isEmpty {
            server = (behind + 1) % pools.count
        } else {
            server = ServerChoice.next(behind: behind, of: pools.count, tried: exchange.tried) { [states] in
                ServerChoice.Candidate(
                    isOut: states[$0].isOut(at: now),
                    load: countsLoad ? states[$0].load.load(ordering: .relaxed) : 0)
            }
        }
        if first { turn = server }
        if countsLoad { states[server].load.add(1, ordering: .relaxed) }
        return server
    }

    // MARK: How it went

    /// The request is no longer at its server.
    func release(_ exchange: Exchange) {
        guard countsLoad, let server = exchange.server else { return }
        states[server].load.subtract(1, ordering: .relaxed)
    }

    /// The server gave a whole answer, whatever its status.
    func succeeded(_ exchange: Exchange) {
        guard !states.isEmpty, settings.ejection != nil, let server = exchange.server else { return }
        settings.states?.tell(states[server].succeeded(at: worker.coarseNow.uptimeNanoseconds), of: server)
    }

    /// It could not be reached, did not answer in time, or broke off.
    func failed(_ exchange: Exchange) {
        guard !states.isEmpty, let rule = settings.ejection, let server = exchange.server else { return }
        settings.states?.tell(states[server].failed(at: worker.coarseNow.uptimeNanoseconds, rule), of: server)
    }

    // MARK: Upkeep

    func cancel(_ exchange: Exchange) {
        for pool in pools { pool.cancel(exchange) }
    }

    func closeIdle(at now: NIODeadline) {
        for pool in pools { pool.closeIdle(at: now) }
    }

    /// No settings name it any more: what is under way finishes.
    func retire() {
        for pool in pools { pool.retire() }
    }

    func shutDown() {
        for pool in pools { pool.shutDown() }
    }
}
