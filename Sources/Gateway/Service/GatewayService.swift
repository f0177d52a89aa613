internal import Accounts
internal import AuthFilter
internal import Glibc
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ProxyEngine
internal import RedisBlacklist
internal import Routes
internal import ServiceLifecycle
internal import UnixSignals

/// Wires the parts together, serves until it is told to stop, then lets what is under way finish.
struct GatewayService: Service {
    let policy: GatewayPolicy
    let threads: Int
    let logger: Logger

    func run() async throws {
        let reloads = await UnixSignalsSequence(trapping: .sighup)
        let reopenings = await UnixSignalsSequence(trapping: .sigusr1)
        let ends = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sigquit)
        let haste = Haste()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let writer = try LogWriter(policy.configuration.log.destination, besides: policy.configuration.file)
        let listeners = try ListenerSetup(policy.configuration)
        let settings = try UpstreamSetup.serving(policy, logger)
        let readiness = Readiness()
        let statistics = StatisticsRegistry()
        let current = CurrentPolicy(policy)
        let setup = AccountsSetup(policy: policy, logger: logger)
        let embedded = try setup.embeddedBlacklist()
        let rates = RateSetup(policy: policy, logger: logger)
        let accounts = try setup.make(on: group, embedded: embedded, rates: rates)
        let gatekeepers = LoopRegistry<AuthenticatingGatekeeper>()
        let loops = LoopPartsMaker(
            policy: policy, gatekeepers: gatekeepers, rates: rates, accounts: accounts, embedded: embedded,
            writer: writer,
            readiness: readiness,
            statistics: statistics,
            logger: logger)
        let server = try await ProxyServer(group: group, settings: settings) { try loops.make(for: $0) }
        // Where requests pass without the blacklist, its loss is no reason to be taken out of service.
        if let blacklist = policy.configuration.blacklist, blacklist.store == .redis,
            blacklist.onFailure != .allow
        {
            readiness.expectBlacklist(loops: threads)
        }
        var channels: [any Channel] = []
        var adminChannel: (any Channel)?
        do {
            // Before the first request: what was logged out before the start is logged out.
            try await embedded?.refresh()
            for (listener, options) in zip(policy.configuration.listeners, listeners.options) {
                channels.append(
                    try await bind(listener) { try await server.listen(host: $0.host, port: $0.port, options) })
            }
            let admin = AdminServer(
                group: group, readiness: readiness, statistics: statistics, server: server, log: writer)
            if let listener = policy.configuration.admin {
                let channel = try await bind(listener) { try await admin.listen($0) }
                adminChannel = channel
                logger.notice("admin: /health, /ready and /metrics at http://\(channel.addressText)")
            }
        } catch {
            for channel in channels { try? await channel.close() }
            try? await adminChannel?.close()
            _ = await server.shutDown(grace: .zero) { _ in }
            try? await group.shutdownGracefully()
            throw error
        }
        readiness.listening()
        StartupReport(policy: policy, threads: threads).log(logger, channels: channels)
        let inspection = BlacklistInspection(policy: policy, group: group, readiness: readiness)
        let inspecting = Task { [logger] in await inspection.report(to: logger) }
        let reloader = Reloader(
            current: current, server: server, accounts: accounts, readiness: readiness, log: writer, logger: logger)
        let background = Task {
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { [logger] in await listeners.watch(logger) }
                tasks.addTask { await reloader.watch(reloads) }
                tasks.addTask { for await _ in reopenings { reloader.reopenLog() } }
                tasks.addTask { await Self.watch(ends, haste) }
                if let writer {
                    tasks.addTask { [logger] in await LogLossWatch(writer: writer, logger: logger).watch() }
                }
                tasks.addTask { [logger] in await OverloadWatch(server: server, logger: logger).watch() }
                if let embedded { tasks.addTask { await embedded.watch() } }
                guard let accounts else { return }
                tasks.addTask { await AccountsSetup.maintain(accounts) }
                if let watch = setup.keyWatch(accounts, current, gatekeepers) { tasks.addTask { await watch.watch() } }
            }
        }
        try? await gracefulShutdown()
        readiness.draining()
        inspecting.cancel()
        await drain(server, channels, current.policy.configuration.limits, haste)
        background.cancel()
        await background.value
        await inspecting.value
        accounts?.stop()
        if writer?.finish(haste: { haste.whenNow($0) }) == false {
            logger.error("log: its last lines are not written: nothing takes them")
        }
        if let losses = writer?.losses, losses.lines > 0 {
            logger.error("log: \(losses.lines) lines were lost since the start, the last ones: \(losses.reason ?? "")")
        }
        // Last: until now probes and scrapers could ask.
        try? await adminChannel?.close()
        try? await group.shutdownGracefully()
        logger.notice("stopped")
    }

    /// First load balancers are given time to notice (`drain-delay`): everything is served on, and clients are asked to
    /// connect anew. Then no connection is accepted any more, and requests under way may finish within `shutdown-grace`.
    private func drain(
        _ server: ProxyServer, _ channels: [any Channel], _ limits: Limits, _ haste: Haste
    ) async {
        if limits.drainDelay > .zero {
            logger.notice("draining: /ready says so; everything is served for \(limits.drainDelay) more")
            await server.leave()
            let delay = Task { _ = try? await Task.sleep(for: limits.drainDelay) }
            haste.whenNow { delay.cancel() }
            await delay.value
        }
        logger.notice("stopping: no new connections; requests under way may finish")
        for channel in channels { try? await channel.close() }
        let cut = await server.shutDown(grace: TimeAmount(limits.shutdownGrace)) { haste.whenNow($0) }
        if cut > 0 {
            logger.warning(
                "stopping: \(cut.counted("request")) did not finish in time and \(cut == 1 ? "was" : "were") cut off")
        }
    }

    /// The first signal is the service group's; a second one ends at once.
    private static func watch(_ ends: UnixSignalsSequence, _ haste: Haste) async {
        var count = 0
        for await _ in ends {
            count += 1
            if count > 1 { haste.now() }
        }
    }

    private func bind(
        _ listener: Listener, _ listen: (Listener) async throws -> any Channel
    ) async throws -> any Channel {
        do {
            return try await listen(listener)
        } catch {
            throw StartFailure(
                "\(policy.configuration.file):\(listener.line): can't listen at \(listener.host):\(listener.port): \(Self.reason(error))"
            )
        }
    }
}

extension GatewayService {
    /// What keeps a socket from listening, in words that say what to do.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        switch error.errnoCode {
        case EADDRINUSE: return "another program listens there: end it, or write another port"
        case EACCES: return "ports below 1024 need the capability CAP_NET_BIND_SERVICE: grant it, or write another port"
        case EADDRNOTAVAIL: return "this machine has no such address"
        default: return String(cString: strerror(error.errnoCode))
        }
    }
}

/// Makes what each event loop owns.
private struct LoopPartsMaker: Sendable {
    let policy: GatewayPolicy
    let gatekeepers: LoopRegistry<AuthenticatingGatekeeper>
    let rates: RateSetup
    let accounts: AccountService?
    let embedded: EmbeddedBlacklist?
    let writer: LogWriter?
    let readiness: Readiness
    let statistics: StatisticsRegistry
    let logger: Logger

    func make(for eventLoop: any EventLoop) throws -> ProxyServer.LoopParts {
        let verifier = try policy.tokens.map { policy throws(KeyError) in try TokenVerifier(policy: policy) }
        let cache = TokenCache(capacity: TokenCache.defaultCapacity)
        let counted = LoopStatistics(cache: cache)
        statistics.add(counted, of: eventLoop)
        let gatekeeper = AuthenticatingGatekeeper(
            policy: policy, verifier: verifier, cache: cache,
            revocation: revocationCheck(on: eventLoop), accounts: door(on: eventLoop),
            rates: rates.make(on: eventLoop))
        gatekeepers.add(gatekeeper, of: eventLoop)
        let log = writer.map {
            AccessLog(writer: $0, format: policy.configuration.log.format, eventLoop: eventLoop)
        }
        return ProxyServer.LoopParts(
            gatekeeper: gatekeeper, recorder: StatisticsRecorder(statistics: counted, log: log))
    }

    private func door(on eventLoop: any EventLoop) -> AccountsDoor? {
        guard let accounts, let settings = policy.configuration.accounts else { return nil }
        return AccountsDoor(accounts, settings: settings, eventLoop: eventLoop)
    }

    private func revocationCheck(on eventLoop: any EventLoop) -> RevocationCheck? {
        guard let settings = policy.configuration.blacklist else { return nil }
        if let embedded { return RevocationCheck(source: embedded.makeCopy(on: eventLoop), settings: settings) }
        let (readiness, logger) = (readiness, logger)
        let client = BlacklistClient(
            configuration: BlacklistConfiguration(settings, password: policy.blacklistPassword), eventLoop: eventLoop
        ) { change in
            switch change {
            case .connected:
                readiness.blacklist(isUp: true)
                logger.notice("blacklist: connected to \(settings.host):\(settings.port)")
            case .lost(let failure):
                readiness.blacklist(isUp: false)
                logger.error("blacklist: lost \(settings.host):\(settings.port): \("\(failure)".printable)")
            case .connectFailed(let failure), .handshakeFailed(let failure):
                logger.error("blacklist: \(settings.host):\(settings.port): \("\(failure)".printable); trying again")
            }
        }
        client.start()
        guard settings.mode == .copy else { return RevocationCheck(source: client, settings: settings) }
        let feed = BlacklistFeed(
            BlacklistConfiguration(settings, password: policy.blacklistPassword), prefix: settings.prefix, on: eventLoop
        ) { change in
            switch change {
            case .live(let entries): logger.notice("blacklist: a live copy of \(entries) entries answers")
            case .lost(let failure):
                logger.warning("blacklist: no copy, Redis is asked on every request: \("\(failure)".printable)")
            }
        }
        feed.start()
        return RevocationCheck(source: CopiedBlacklist(feed: feed, client: client), settings: settings)
    }
}

extension BlacklistConfiguration {
    init(_ settings: BlacklistSettings, password: [UInt8]?) {
        self.init(
            host: settings.host, port: settings.port, database: settings.database, user: settings.user,
            password: password, deadline: TimeAmount(settings.deadline), probeKey: settings.prefix)
    }
}

extension EngineSettings {
    init(_ policy: GatewayPolicy) {
        let configured = policy.configuration.limits
        var limits = EngineLimits()
        limits.headTimeout = TimeAmount(configured.headerTimeout)
        limits.idleTimeout = TimeAmount(configured.idleTimeout)
        limits.connectTimeout = TimeAmount(configured.connectTimeout)
        limits.responseTimeout = TimeAmount(configured.responseTimeout)
        limits.stallTimeout = TimeAmount(configured.bodyTimeout)
        limits.tunnelTimeout = TimeAmount(configured.webSocketTimeout)
        limits.maxHead = configured.maxHead
        limits.maxFields = configured.maxFields
        limits.maxTarget = configured.maxTarget
        let budget = DescriptorBudget(configured)
        limits.maxConnections = budget.connections
        limits.maxConnectionsPerAddress = configured.maxConnectionsPerAddress
        limits.maxRequests = budget.requests
        limits.maxRequestsPerAddress = configured.maxRequestsPerAddress
        limits.minRate = configured.minRate
        self.init(
            upstreams: policy.configuration.upstreams.map(UpstreamSettings.init), generation: policy.generation,
            limits: limits,
            reserved: policy.identity.strippedNames,
            droppedOfResponses: policy.cors == nil ? [] : CORSPolicy.responseFields,
            trustedProxies: policy.configuration.trustedProxies.compactMap {
                AddressRange(octets: $0.octets, prefixLength: $0.prefixLength)
            })
    }
}

extension UpstreamSettings {
    init(_ upstream: Upstream) {
        let host: String? =
            switch upstream.hostPolicy {
            case .keep: nil
            case .set(let name): name
            }
        self.init(
            name: upstream.name, servers: upstream.servers.map(Server.init), host: host,
            strippedPrefix: upstream.stripPrefix ?? "", basePath: upstream.basePath)
        rewritesLocations = upstream.rewritesLocations
        balance =
            switch upstream.balance {
            case .roundRobin: .roundRobin
            case .leastRequests: .leastRequests
            }
        ejection = upstream.ejection.map {
            EjectionRule(
                failures: $0.failures, nanoseconds: UInt64(max(0, TimeAmount($0.duration).nanoseconds)))
        }
        retryPercent = upstream.retryPercent
        limit = upstream.limit.map {
            ServerLimit(maxRequests: $0.maxRequests, queue: $0.queue, patience: TimeAmount($0.patience))
        }
        healthCheck = upstream.health.map {
            HealthCheckRule(
                path: $0.path, interval: TimeAmount($0.interval), timeout: TimeAmount($0.timeout), fails: $0.fails,
                passes: $0.passes, statuses: $0.statuses)
        }
    }
}

extension UpstreamSettings.Server {
    fileprivate init(_ server: Upstream.Server) {
        let scheme: Scheme =
            switch server.scheme {
            case .http: .http
            case .https: .https
            case .unix: .unix
            }
        self.init(scheme, host: server.host, port: server.port)
    }
}

extension Channel {
    /// `127.0.0.1:8080`, with the port that the kernel chose where 0 was asked for.
    var addressText: String {
        guard let address = localAddress, let host = address.ipAddress, let port = address.port else { return "?" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
