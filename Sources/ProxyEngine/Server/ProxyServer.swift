package import NIOCore
package import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The engine: listens, and gives every connection to the worker of one event loop.
package final class ProxyServer: Sendable {
    /// Makes what one event loop owns; called once on each.
    package struct LoopParts {
        package var gatekeeper: any Gatekeeper
        package var recorder: (any ExchangeRecorder)?

        package init(gatekeeper: any Gatekeeper, recorder: (any ExchangeRecorder)?) {
            self.gatekeeper = gatekeeper
            self.recorder = recorder
        }
    }

    private let group: MultiThreadedEventLoopGroup
    private let workers: [ObjectIdentifier: NIOLoopBound<Worker>]
    private let gate = LoadGate()
    private let checks: NIOLoopBound<HealthChecks>
    /// As they are in force, with what is known of their servers.
    private let upstreams: Mutex<[UpstreamSettings]>

    package init(
        group: MultiThreadedEventLoopGroup, settings: EngineSettings,
        makeParts: @escaping @Sendable (any EventLoop) throws -> LoopParts
    ) async throws {
        self.group = group
        let gate = gate
        var workers: [ObjectIdentifier: NIOLoopBound<Worker>] = [:]
        for eventLoop in group.makeIterator() {
            workers[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
                let parts = try makeParts(eventLoop)
                let worker = Worker(
                    eventLoop: eventLoop, settings: settings, load: gate, gatekeeper: parts.gatekeeper,
                    recorder: parts.recorder)
                worker.start()
                return NIOLoopBound(worker, eventLoop: eventLoop)
            }.get()
        }
        self.workers = workers
        upstreams = Mutex(settings.upstreams)
        let eventLoop = group.any()
        checks = try await eventLoop.submit {
            let checks = HealthChecks(on: eventLoop)
            checks.use(settings.upstreams)
            return NIOLoopBound(checks, eventLoop: eventLoop)
        }.get()
    }

    /// Starts to accept. The channel's address says which port the kernel chose where 0 was asked for.
    package func listen(host: String, port: Int, _ options: ListenerOptions) async throws -> any Channel {
        let (workers, gate) = (workers, gate)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptPause(failed: { gate.acceptFailed() }, setupFailed: { gate.setupFailed($0) }))
                }
            }
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: EngineLimits.waterMark)
            .childChannelInitializer { channel in
                guard let worker = workers[ObjectIdentifier(channel.eventLoop)]?.value else { return channel.close() }
                let settings = worker.exchanges.settings
                let reception = gate.receive(
                    channel.remoteAddress, canBeTold: options.tls == nil, settings.limits,
                    trusted: settings.trustedProxies)
                if case .closed = reception { return channel.close() }
                channel.closeFuture.whenComplete { _ in gate.leave(reception) }
                return channel.eventLoop.makeCompletedFuture {
                    guard let worker = workers[ObjectIdentifier(channel.eventLoop)]?.value else { return }
                    if let tls = options.tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.current))
                    }
                    try worker.serve(channel, options, isTurnedAway: reception.isTurnedAway)
                }
            }
            .bind(host: host, port: port).get()
    }

    package var load: EngineLoad { gate.load }

    /// Of the upstreams of which anything is known.
    package var upstreamReports: [UpstreamReport] {
        let now = NIODeadline.now()
        return upstreams.withLock { $0 }.compactMap { UpstreamReport($0, at: now) }
    }

    /// Other settings, on one event loop after the other; on each of them at once with what `change` does to its gatekeeper.
    /// What is under way goes on as it began.
    package func reconfigure(
        _ settings: EngineSettings, _ change: @escaping @Sendable (any Gatekeeper) throws -> Void
    ) async throws {
        let settings = upstreams.withLock { settings.keepingStates(of: $0) }
        for worker in workers.values {
            try await worker.eventLoop.submit {
                try change(worker.value.exchanges.gatekeeper)
                worker.value.reconfigure(settings)
            }.get()
        }
        upstreams.withLock { $0 = settings.upstreams }
        let checks = checks
        try await checks.eventLoop.submit { checks.value.use(settings.upstreams) }.get()
    }

    /// The gateway is about to stop: everything is served, and clients are asked to connect anew, elsewhere.
    package func leave() async {
        for worker in workers.values { _ = try? await worker.eventLoop.submit { worker.value.leave() }.get() }
    }

    /// Lets requests in flight finish, at most for the grace time, then ends all connections.
    ///
    /// Close the listening channels first.
    ///
    /// - Parameter haste: is given what ends the grace time early.
    /// - Returns: how many requests were cut off.
    package func shutDown(grace: TimeAmount, haste: (@escaping @Sendable () -> Void) -> Void) async -> Int {
        let (workers, checks) = (workers.values, checks)
        _ = try? await checks.eventLoop.submit { checks.value.stop() }.get()
        let drained = workers.map { worker in worker.eventLoop.flatSubmit { worker.value.drain(grace: grace) } }
        let all = EventLoopFuture.andAllComplete(drained, on: group.any())
        let patience = group.any().scheduleTask(in: grace) {}
        all.whenComplete { _ in patience.cancel() }
        haste { patience.cancel() }
        _ = try? await patience.futureResult.get()
        let cut = load.requests
        for worker in workers { _ = try? await worker.eventLoop.submit { worker.value.shutDown() }.get() }
        // Until the last connection is gone: one event loop must not tell another of it that has ended already.
        let end = group.any().scheduleTask(in: .seconds(1)) {}
        all.whenComplete { _ in end.cancel() }
        _ = try? await end.futureResult.get()
        return cut
    }
}
