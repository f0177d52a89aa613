internal import NIOCore
internal import NIOSSL

/// Asks one server again and again whether it is well, one check after the other. Belongs to one event loop.
final class ServerCheck {
    private let eventLoop: any EventLoop
    private let connector: UpstreamConnector
    private let tls: UpstreamTLS?
    private let rule: HealthCheckRule
    private let request: ByteBuffer
    private let told: (CheckResult) -> Void
    private var next: Scheduled<Void>?
    private var channel: (any Channel)?
    private var isStopped = false

    /// - Parameter told: called after each check.
    init(
        _ server: UpstreamSettings.Server, of upstream: UpstreamSettings, _ rule: HealthCheckRule,
        on eventLoop: any EventLoop, told: @escaping (CheckResult) -> Void
    ) {
        self.eventLoop = eventLoop
        connector = UpstreamConnector(server)
        tls = server.scheme == .https ? upstream.tls : nil
        self.rule = rule
        self.told = told
        request = ByteBuffer(
            string: """
                GET \(rule.path) HTTP/1.1\r
                Host: \(upstream.host ?? server.authority)\r
                User-Agent: gateway-health-check\r
                Accept: */*\r
                Connection: close\r
                \r\n
                """)
        // Anywhere in the interval, so that the servers of a file are not all asked in the same moment.
        schedule(in: .nanoseconds(.random(in: 0...max(0, rule.interval.nanoseconds))))
    }

    func stop() {
        isStopped = true
        next?.cancel()
        next = nil
        channel?.close(promise: nil)
        channel = nil
    }

    private func schedule(in time: TimeAmount) {
        guard !isStopped else { return }
        next = eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in self?.check() }
    }

    /// The interval, more or less a tenth: gateways that were started together drift apart.
    private func scheduleNext() {
        channel = nil
        let tenth = rule.interval.nanoseconds / 10
        schedule(in: rule.interval + .nanoseconds(.random(in: -tenth...tenth)))
    }

    private func check() {
        guard server.scheme != .https || tls != nil else { return }
        let deadline = NIODeadline.now() + rule.timeout
        connector.connect(on: eventLoop, within: rule.timeout).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let channel): ask(channel, until: deadline)
            case .failure(let error):
                // Where descriptors run out the server is not to blame.
                if case .unreachable = UpstreamFault(connecting: error) { tell(.failed("no connection to it")) }
                scheduleNext()
            }
        }
    }

    private var server: UpstreamSettings.Server { connector.server }

    private func ask(_ channel: any Channel, until deadline: NIODeadline) {
        guard !isStopped else { return channel.close(promise: nil) }
        self.channel = channel
        // Before the handlers, which may close it at once.
        channel.closeFuture.assumeIsolated().whenComplete { [self] _ in scheduleNext() }
        do {
            let probe = try add(to: channel)
            let timeout = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
                probe.timeOut()
                channel.close(promise: nil)
            }
            channel.closeFuture.assumeIsolated().whenComplete { _ in timeout.cancel() }
        } catch {
            tell(.failed("no TLS: \(error)"))
            channel.close(promise: nil)
        }
    }

    private func add(to channel: any Channel) throws -> HealthProbe {
        var accepts: (() -> Bool)?
        if let tls {
            let name = connector.name
            let handler = try tls.makeHandler(for: name)
            try channel.pipeline.syncOperations.addHandler(handler)
            accepts = { tls.accepts(handler.peerCertificate, for: name) }
        }
        let probe = HealthProbe(request, rule, accepts: accepts) { [weak self] in self?.tell($0) }
        try channel.pipeline.syncOperations.addHandler(probe)
        return probe
    }

    private func tell(_ result: CheckResult) {
        if !isStopped { told(result) }
    }
}
