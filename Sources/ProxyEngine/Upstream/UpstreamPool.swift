internal import NIOCore
internal import NIOSSL

/// The kept-alive connections of one event loop to one server of an upstream.
///
/// The connection used last is leased first, so that few stay warm and the rest go idle and are closed.
final class UpstreamPool {
    let server: UpstreamSettings.Server
    let writer: UpstreamRequestWriter
    private let services: UpstreamServices
    private var loop: LoopServices { services.loop }
    private let connector: UpstreamConnector
    private let tls: UpstreamTLS?
    /// nil where the server has no name.
    private let addresses: KnownAddresses?
    private var idle: [UpstreamConnection] = []
    private var waiting: [any UpstreamUser] = []
    private var connectionCount = 0
    private var isRetired = false

    init(server: UpstreamSettings.Server, tls: UpstreamTLS?, writer: UpstreamRequestWriter, services: UpstreamServices)
    {
        self.server = server
        self.writer = writer
        self.services = services
        connector = UpstreamConnector(server)
        addresses = connector.lookup.map { KnownAddresses($0, on: services.loop.eventLoop) }
        self.tls = tls
    }

    func lease(for user: any UpstreamUser, _ freshness: UpstreamLease.Freshness) -> UpstreamLease {
        while let connection = idle.last {
            guard connection.isUsable else {
                idle.removeLast()
                continue
            }
            if freshness == .new { break }
            if freshness == .recent, loop.coarseNow - connection.idleSince > loop.limits.freshUpstream { break }
            idle.removeLast()
            return .connection(connection)
        }
        guard connectionCount < loop.limits.maxUpstream else {
            guard waiting.count < loop.limits.maxWaiting else { return .refused }
            waiting.append(user)
            return .pending
        }
        connect(for: user)
        return .pending
    }

    /// A connection whose exchange is settled and that the upstream keeps open.
    func giveBack(_ connection: UpstreamConnection) {
        if isAtHome(connection), let user = nextWaiting() { return user.leased(connection) }
        guard idle.count < loop.limits.maxIdleUpstream, !loop.isDraining, !isRetired, isAtHome(connection) else {
            return connection.close()
        }
        connection.becameIdle(at: loop.coarseNow)
        idle.append(connection)
    }

    /// A connection is gone, whatever it was doing.
    func closed(_ connection: UpstreamConnection) {
        connectionCount -= 1
        if let position = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: position) }
        if connectionCount < loop.limits.maxUpstream, let user = nextWaiting() { connect(for: user) }
    }

    /// Idle connections are in the order in which they became idle.
    func closeIdle(at now: NIODeadline) {
        let limit = loop.limits.upstreamIdleTimeout
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
        loop.flush()
    }

    /// Whether its server still has the address that it goes to. Asked anew only when addresses have changed.
    private func isAtHome(_ connection: UpstreamConnection) -> Bool {
        guard let addresses, connection.addressGeneration != addresses.generation else { return true }
        guard addresses.contain(connection.address) else { return false }
        connection.addressGeneration = addresses.generation
        return true
    }

    /// The user waits no more.
    func cancel(_ user: any UpstreamUser) { waiting.removeAll { $0 === user } }

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

    private func nextWaiting() -> (any UpstreamUser)? {
        while !waiting.isEmpty {
            let user = waiting.removeFirst()
            if user.awaitsConnection { return user }
        }
        return nil
    }

    private func connect(for user: any UpstreamUser) {
        connectionCount += 1
        let connecting = connector.connect(on: loop.eventLoop, within: loop.limits.connectTimeout)
        connecting.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let channel): connected(channel, for: user)
            case .failure(let error):
                connectionCount -= 1
                failed(UpstreamFault(connecting: error).naming(server), for: user)
            }
            loop.flush()
        }
    }

    private func failed(_ fault: UpstreamFault, for user: any UpstreamUser) {
        user.leaseFailed(fault)
        // Whoever waits for a connection would wait for this upstream in vain.
        while let next = nextWaiting() { next.leaseFailed(fault) }
    }

    private func connected(_ channel: any Channel, for user: any UpstreamUser) {
        let connection = UpstreamConnection(pool: self, services: services)
        // Just looked up.
        connection.addressGeneration = addresses?.generation ?? 0
        do {
            if server.scheme == .https { try secure(channel, connection, for: user) }
            try channel.pipeline.syncOperations.addHandler(connection)
        } catch {
            connectionCount -= 1
            channel.close(promise: nil)
            return failed(.unreachable("\(error)").naming(server), for: user)
        }
        if server.scheme != .https { ready(connection, for: user) }
    }

    /// No byte of a request is written before the server has proved who it is.
    private func secure(_ channel: any Channel, _ connection: UpstreamConnection, for user: any UpstreamUser) throws {
        guard let tls else { throw TLSFault(description: "the upstream has no TLS") }
        let name = connector.name
        let handler = try tls.makeHandler(for: name)
        connection.awaitHandshake(
            within: loop.limits.connectTimeout, accepts: { tls.accepts(handler.peerCertificate, for: name) }
        ) { [self] fault in
            if let fault { failed(fault, for: user) } else { ready(connection, for: user) }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func ready(_ connection: UpstreamConnection, for user: any UpstreamUser) {
        if user.awaitsConnection { user.leased(connection) } else { giveBack(connection) }
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
