internal import NIOCore
internal import NIOPosix

/// All that belongs to one event loop: its connections, upstream pools, gatekeeper and recorder, and the storage they
/// share. Nothing of it is touched from another thread.
final class Worker {
    let eventLoop: any EventLoop
    private(set) var settings: EngineSettings
    /// Shared by all event loops.
    let load: LoadGate
    let gatekeeper: any Gatekeeper
    let recorder: (any ExchangeRecorder)?
    let measuresDuration: Bool
    private(set) var upstreams: [UpstreamGroup] = []
    private(set) var isDraining = false
    /// The gateway is about to stop: every response asks the client to connect anew.
    private(set) var isLeaving = false
    /// How long requests may take to finish once it drains.
    private var grace = TimeAmount.zero
    /// The time of the last sweep: what timeouts count from, so that no request has to ask for the time.
    private(set) var coarseNow = NIODeadline.now()

    private var clients: [ClientConnection] = []
    private var multiplexed: [HTTP2Connection] = []
    private var spareExchanges: [Exchange] = []
    private var dirty: [any FlushableConnection] = []
    private var drained: EventLoopPromise<Void>?
    private var sweep: RepeatedTask?
    private let idPrefix = UInt64.random(in: .min ... .max)
    private var idNumber: UInt64 = 0
    private var dates = DateField()
    private var scratch = ByteBuffer()

    init(
        eventLoop: any EventLoop, settings: EngineSettings, load: LoadGate, gatekeeper: any Gatekeeper,
        recorder: (any ExchangeRecorder)?
    ) {
        self.eventLoop = eventLoop
        self.settings = settings
        self.load = load
        self.gatekeeper = gatekeeper
        self.recorder = recorder
        measuresDuration = recorder?.wantsDuration ?? false
        upstreams = settings.upstreams.map { UpstreamGroup($0, worker: self) }
    }

    /// Other settings from the next request on. Upstreams that are the same keep their connections.
    func reconfigure(_ settings: EngineSettings) {
        self.settings = settings
        var old = upstreams
        upstreams = settings.upstreams.map { wanted in
            guard let same = old.firstIndex(where: { $0.settings == wanted }) else {
                return UpstreamGroup(wanted, worker: self)
            }
            return old.remove(at: same)
        }
        for group in old { group.retire() }
        flush()
    }

    var limits: EngineLimits { settings.limits }

    func start() {
        let worker = NIOLoopBound(self, eventLoop: eventLoop)
        sweep = eventLoop.scheduleRepeatedTask(
            initialDelay: EngineLimits.sweepInterval, delay: EngineLimits.sweepInterval
        ) { _ in worker.value.sweepDeadlines() }
    }

    // MARK: Exchanges

    /// An exchange with a new id. Only storage is used again, and only when nothing else refers to it any more.
    func makeExchange() -> Exchange {
        let exchange = takeSpareExchange() ?? Exchange()
        idNumber &+= 1
        exchange.id = RequestID(prefix: idPrefix, number: idNumber)
        return exchange
    }

    /// The exchange is settled; those who work on it still may do so.
    func takeBack(_ exchange: Exchange) {
        exchange.reset()
        if spareExchanges.count < EngineLimits.maxSpareExchanges { spareExchanges.append(exchange) }
    }

    /// A pending verdict may still refer to an exchange whose client has gone: such a one is never used again.
    private func takeSpareExchange() -> Exchange? {
        while var exchange = spareExchanges.popLast() {
            if isKnownUniquelyReferenced(&exchange) { return exchange }
        }
        return nil
    }

    /// The `Date` line of this second.
    func dateLine() -> [UInt8] { dates.line(at: WallClock.seconds()) }

    /// An empty buffer to put a head together in. Given back, it serves the next one as soon as the channel has written
    /// it: nobody else refers to its storage then.
    func takeScratch() -> ByteBuffer {
        var buffer = ByteBuffer()
        swap(&buffer, &scratch)
        buffer.clear(minimumCapacity: 1024)
        return buffer
    }

    func giveScratch(_ buffer: ByteBuffer) {
        // What grew for one large message must not stay.
        if buffer.storageCapacity <= 64 * 1024 { scratch = buffer }
    }

    // MARK: Flushing

    /// Notes that something was written; ``flush()`` sends it, once, when the event at hand has been worked off.
    func flushLater(_ connection: any FlushableConnection) { dirty.append(connection) }

    func flush() {
        while let connection = dirty.popLast() { connection.flushWrites() }
    }

    // MARK: Connections

    func add(_ client: ClientConnection) {
        client.slot = clients.count
        clients.append(client)
        if isDraining { client.drain() }
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
        if isDraining { connection.drain(grace: grace) }
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

    private func sweepDeadlines() {
        let now = NIODeadline.now()
        coarseNow = now
        // Backwards, as a client that is closed is replaced by the last one.
        for index in clients.indices.reversed() where index < clients.count {
            if min(clients[index].deadline, clients[index].end) <= now {
                clients[index].deadlinePassed()
            } else if clients[index].watch <= now {
                clients[index].standingDue()
            }
        }
        for index in multiplexed.indices.reversed() where index < multiplexed.count {
            if multiplexed[index].deadline <= now { multiplexed[index].deadlinePassed() }
        }
        for upstream in upstreams { upstream.sweep(at: now) }
        flush()
    }

    // MARK: Draining

    /// HTTP/2 has GOAWAY for it, after which a connection's streams go on.
    func leave() {
        isLeaving = true
        for connection in multiplexed { connection.drain(grace: limits.shutdownGrace) }
        flush()
    }

    /// Closes what is idle and lets what is under way finish; succeeds when no client is left.
    func drain(grace: TimeAmount) -> EventLoopFuture<Void> {
        self.grace = grace
        let promise = drained ?? eventLoop.makePromise(of: Void.self)
        drained = promise
        isDraining = true
        for client in clients { client.drain() }
        for connection in multiplexed { connection.drain(grace: grace) }
        flush()
        finishDraining()
        return promise.futureResult
    }

    /// Ends what did not finish in time, and everything else of this event loop.
    func shutDown() {
        isDraining = true
        sweep?.cancel()
        for client in clients { client.abort() }
        for connection in multiplexed { connection.close() }
        for upstream in upstreams { upstream.shutDown() }
        gatekeeper.shutDown()
        recorder?.finish()
        finishDraining()
    }

    private func finishDraining() {
        guard isDraining, clients.isEmpty, multiplexed.isEmpty, let drained else { return }
        self.drained = nil
        drained.succeed(())
    }
}

/// A connection with bytes that were written and not flushed.
protocol FlushableConnection: AnyObject {
    func flushWrites()
}
