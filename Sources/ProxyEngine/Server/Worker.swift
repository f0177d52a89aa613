internal import NIOCore
internal import NIOPosix

/// All that belongs to one event loop: what its exchanges share, its upstreams, and the list of its clients. Nothing of it is
/// touched from another thread.
final class Worker {
    let loop: LoopServices
    let exchanges: ExchangeServices
    private let upstreamServices: UpstreamServices
    private var upstreams: [UpstreamGroup] = []
    /// How long requests may take to finish once it drains.
    private var grace = TimeAmount.zero
    private var clients: [ClientConnection] = []
    private var multiplexed: [HTTP2Connection] = []
    private var drained: EventLoopPromise<Void>?
    private var sweep: RepeatedTask?

    init(
        eventLoop: any EventLoop, settings: EngineSettings, load: LoadGate, gatekeeper: any Gatekeeper,
        recorder: (any ExchangeRecorder)?
    ) {
        loop = LoopServices(eventLoop: eventLoop, limits: settings.limits)
        exchanges = ExchangeServices(
            loop: loop, settings: settings, load: load, gatekeeper: gatekeeper, recorder: recorder)
        upstreamServices = UpstreamServices(loop: loop, responseFields: settings.responseFields)
        reconfigure(settings)
    }

    /// Other settings from the next request on. Upstreams that are the same keep their connections.
    func reconfigure(_ settings: EngineSettings) {
        var old = upstreams
        upstreams = settings.upstreams.map { wanted in
            guard let same = old.firstIndex(where: { $0.settings == wanted }) else {
                return UpstreamGroup(wanted, services: upstreamServices)
            }
            return old.remove(at: same)
        }
        upstreamServices.responseFields = settings.responseFields
        exchanges.use(settings, upstreams)
        for group in old { group.retire() }
        loop.flush()
    }

    func start() {
        let worker = NIOLoopBound(self, eventLoop: loop.eventLoop)
        sweep = loop.eventLoop.scheduleRepeatedTask(
            initialDelay: EngineLimits.sweepInterval, delay: EngineLimits.sweepInterval
        ) { _ in worker.value.sweepDeadlines() }
    }

    /// Behind TLS, where the listener has it.
    func serve(_ channel: any Channel, _ listener: ListenerOptions, isTurnedAway: Bool) throws {
        try channel.pipeline.syncOperations.addHandler(
            ClientChannel(services: exchanges, list: self, listener: listener, isTurnedAway: isTurnedAway))
    }

    private func sweepDeadlines() {
        let now = loop.advance()
        // Backwards, as a client that is closed is replaced by the last one.
        for index in clients.indices.reversed() where index < clients.count {
            clients[index].sweep(at: now)
        }
        for index in multiplexed.indices.reversed() where index < multiplexed.count {
            if multiplexed[index].deadline <= now { multiplexed[index].deadlinePassed() }
        }
        for upstream in upstreams { upstream.sweep(at: now) }
        loop.flush()
    }

    // MARK: Draining

    /// HTTP/2 has GOAWAY for it, after which a connection's streams go on.
    func leave() {
        loop.isLeaving = true
        for connection in multiplexed { connection.leave() }
        loop.flush()
    }

    /// Closes what is idle and lets what is under way finish; succeeds when no client is left.
    func drain(grace: TimeAmount) -> EventLoopFuture<Void> {
        self.grace = grace
        let promise = drained ?? loop.eventLoop.makePromise(of: Void.self)
        drained = promise
        loop.isDraining = true
        for client in clients { client.drain() }
        for connection in multiplexed { connection.drain(grace: grace) }
        loop.flush()
        finishDraining()
        return promise.futureResult
    }

    /// Ends what did not finish in time, and everything else of this event loop.
    func shutDown() {
        loop.isDraining = true
        sweep?.cancel()
        for client in clients { client.abort() }
        for connection in multiplexed { connection.close() }
        for upstream in upstreams { upstream.shutDown() }
        exchanges.shutDown()
        finishDraining()
    }

    private func finishDraining() {
        guard loop.isDraining, clients.isEmpty, multiplexed.isEmpty, let drained else { return }
        self.drained = nil
        drained.succeed(())
    }
}

extension Worker: ClientList {
    func add(_ client: ClientConnection) {
        client.slot = clients.count
        clients.append(client)
        if loop.isDraining { client.drain() }
    }

    func remove(_ client: ClientConnection) {
        guard client.slot < clients.count, clients[client.slot] === client else { return }
        let last = clients.removeLast()
        if last !== client {
            clients[client.slot] = last
            last.slot = client.slot
        }
        finishDraining()
    }

    func add(_ connection: HTTP2Connection) {
        connection.slot = multiplexed.count
        multiplexed.append(connection)
        if loop.isDraining { connection.drain(grace: grace) }
    }

    func remove(_ connection: HTTP2Connection) {
        guard connection.slot < multiplexed.count, multiplexed[connection.slot] === connection else { return }
        let last = multiplexed.removeLast()
        if last !== connection {
            multiplexed[connection.slot] = last
            last.slot = connection.slot
        }
        finishDraining()
    }
}
