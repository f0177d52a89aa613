internal import NIOCore
internal import NIOSSL

/// The kept-alive connections of one event loop to one server of an upstream.
///
/// The connection used last is leased first, so that few stay warm and the rest go idle and are closed.
final class UpstreamPool {
    let server: UpstreamSettings.Server
    let writer: UpstreamRequestWriter
    private let worker: Worker
    private let connector: UpstreamConnector
    private let tls: UpstreamTLS?
    /// nil where the server has no name.
    private let addresses: KnownAddresses?
    private var idle: [UpstreamConnection] = []
    private var waiting: [Exchange] = []
    private var connectionCount = 0
    private var isRetired = false

    init(server: UpstreamSettings.Server, tls: UpstreamTLS?, writer: UpstreamRequestWriter, worker: Worker) {
        self.server = server
        self.writer = writer
        self.worker = worker
        connector = UpstreamConnector(server)
        addresses = connector.lookup.map { KnownAddresses($0, on: worker.eventLoop) }
        self.tls = tls
    }

    enum Lease {
        case connection(UpstreamConnection)
        /// The exchange's client is told when there is one.
        case pending
        /// No server has room; the client is told when one has, and need not wait longer than this.
        case queued(TimeAmount)
        case refused
    }

    /// Which connections will do for a request.
    enum Freshness {
        case any
        /// One that was used a moment ago, because the request can't be sent again should the upstream be closing an
        /// idle one at this instant.
        case recent
        /// None that was used before: one has just been lost.
        case new
    }

    func lease(for exchange: Exchange, _ freshness: Freshness) -> Lease {
        while let connection = idle.last {
            guard connection.isUsable else {
                idle.removeLast()
                continue
            }
            if freshness == .new { break }
            if freshness == .recent, worker.coarseNow - connection.idleSince > worker.limits.freshUpstream { break }
            idle.removeLast()
            return .connection(connection)
        }
        guard connectionCount < worker.limits.maxUpstream else {
            guard waiting.count < worker.limits.maxWaiting else { return .refused }
            waiting.append(exchange)
            return .pending
        }
        connect(for: exchange)
        return .pending
    }

    /// A connection whose exchange is settled and that the upstream keeps open.
    func giveBack(_ connection: UpstreamConnection) {
        if isAtHome(connection), let exchange = nextWaiting(), let client = exchange.client {
            client.leased(connection, for: exchange)
            return
        }
        guard idle.count < worker.limits.maxIdleUpstream, !worker.isDraining, !isRetired, isAtHome(connection) else {
            return connection.close()
        }
        connection.becameIdle(at: worker.coarseNow)
        idle.append(connection)
    }

    /// A connection is gone, whatever it was doing.
    func closed(_ connection: UpstreamConnection) {
        connectionCount -= 1
        if let position = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: position) }
        if connectionCount < worker.limits.maxUpstream, let exchange = nextWaiting() { connect(for: exchange) }
    }

    /// Idle connections are in the order in which they became idle.
    func closeIdle(at now: NIODeadline) {
        let limit = worker.limits.upstreamIdleTimeout
        while let first = idle.first, now - first.idleSince > limit {
            idle.removeFirst()
            first.close()
        }
        guard connectionCount > 0 else { return }
        addresses?.refresh(at: now) { [weak self] in self?.closeMoved() }
    }

    /// The name has other addresses than before.
    private func closeMoved() {
        let connections = idle
        idle = connections.filter { isAtHome($0) }
        for connection in connections where !isAtHome(connection) { connection.close() }
        worker.flush()
    }

    /// Whether its server still has the address that it goes to. Asked anew only when addresses have changed.
    private func isAtHome(_ connection: UpstreamConnection) -> Bool {
        guard let addresses, connection.addressGeneration != addresses.generation else { return true }
        guard addresses.contain(connection.address) else { return false }
        connection.addressGeneration = addresses.generation
        return true
    }

    /// The exchange waits no more.
    func cancel(_ exchange: Exchange) { waiting.removeAll { $0 === exchange } }

    /// Keeps no connection for later.
    func retire() {
        isRetired = true
        closeAllIdle()
    }

    func shutDown() {
        closeAllIdle()
        waiting.removeAll()
    }

    private func closeAllIdle() {
        let connections = idle
        idle.removeAll()
        for connection in connections { connection.close() }
    }

    private func nextWaiting() -> Exchange? {
        while !waiting.isEmpty {
            let exchange = waiting.removeFirst()
            if exchange.client != nil, exchange.machine.phase == .leasing { return exchange }
        }
        return nil
    }

    private func connect(for exchange: Exchange) {
        connectionCount += 1
        let worker = worker
        let connecting = connector.connect(on: worker.eventLoop, within: worker.limits.connectTimeout)
        connecting.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let channel): connected(channel, for: exchange)
            case .failure(let error):
                connectionCount -= 1
                failed(UpstreamFault(connecting: error).naming(server), for: exchange)
            }
            worker.flush()
        }
    }

    private func failed(_ fault: UpstreamFault, for exchange: Exchange) {
        if let client = exchange.client { client.leaseFailed(fault, for: exchange) }
        // Whoever waits for a connection would wait for this upstream in vain.
        while let next = nextWaiting() { next.client?.leaseFailed(fault, for: next) }
    }

    private func connected(_ channel: any Channel, for exchange: Exchange) {
        let connection = UpstreamConnection(pool: self, worker: worker)
        // Just looked up.
        connection.addressGeneration = addresses?.generation ?? 0
        do {
            if server.scheme == .https { try secure(channel, connection, for: exchange) }
            try channel.pipeline.syncOperations.addHandler(connection)
        } catch {
            connectionCount -= 1
            channel.close(promise: nil)
            return failed(.unreachable("\(error)").naming(server), for: exchange)
        }
        if server.scheme != .https { ready(connection, for: exchange) }
    }

    /// No byte of a request is written before the server has proved who it is.
    private func secure(_ channel: any Channel, _ connection: UpstreamConnection, for exchange: Exchange) throws {
        guard let tls else { throw TLSFault(description: "the upstream has no TLS") }
        let name = connector.name
        let handler = try tls.makeHandler(for: name)
        connection.awaitHandshake(
            within: worker.limits.connectTimeout, accepts: { tls.accepts(handler.peerCertificate, for: name) }
        ) { [self] fault in
            if let fault { failed(fault, for: exchange) } else { ready(connection, for: exchange) }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func ready(_ connection: UpstreamConnection, for exchange: Exchange) {
        if let client = exchange.client, exchange.machine.phase == .leasing {
            client.leased(connection, for: exchange)
        } else {
            giveBack(connection)
        }
    }
}

extension UpstreamFault {
    /// With the address that was tried.
    fileprivate func naming(_ server: UpstreamSettings.Server) -> UpstreamFault {
        guard case .unreachable(let reason) = self else { return self }
        let name = server.scheme == .unix ? server.host : "\(server.host):\(server.port)"
        return .unreachable("\(name): \(reason)")
    }
}
