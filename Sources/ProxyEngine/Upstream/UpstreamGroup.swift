internal import NIOCore

/// The servers of one upstream as one event loop sees them: they are used in turn.
final class UpstreamGroup {
    let settings: UpstreamSettings
    let writer: UpstreamRequestWriter
    private let pools: [UpstreamPool]
    private var next = 0

    init(_ settings: UpstreamSettings, worker: Worker) {
        self.settings = settings
        writer = UpstreamRequestWriter(upstream: settings)
        let writer = writer
        pools = settings.servers.map { UpstreamPool(server: $0, tls: settings.tls, writer: writer, worker: worker) }
    }

    /// How many servers a request may be tried at before it is given up.
    var serverCount: Int { pools.count }

    func lease(for exchange: Exchange, _ freshness: UpstreamPool.Freshness) -> UpstreamPool.Lease {
        guard pools.count > 1 else { return pools[0].lease(for: exchange, freshness) }
        // A request that was at one server already goes to the one behind it, wherever the others' turn has got to.
        let server = ((exchange.server ?? next) + 1) % pools.count
        if exchange.server == nil { next = server }
        exchange.server = server
        return pools[server].lease(for: exchange, freshness)
    }

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
