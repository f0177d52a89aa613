internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import ProxyEngine
internal import Routes
internal import Synchronization

/// The admin listener: health, readiness and metrics. Never the public port, and never on the path of a request, so NIO's own
/// HTTP codec serves it.
struct AdminServer {
    let group: MultiThreadedEventLoopGroup
    let readiness: Readiness
    let statistics: StatisticsRegistry
    let server: ProxyServer
    let log: LogWriter?
    private let connections = AdminConnections()

    init(
        group: MultiThreadedEventLoopGroup, readiness: Readiness, statistics: StatisticsRegistry, server: ProxyServer,
        log: LogWriter?
    ) {
        (self.group, self.readiness, self.statistics, self.server, self.log) = (
            group, readiness, statistics, server, log
        )
    }

    func listen(_ listener: Listener) async throws -> any Channel {
        let (readiness, statistics, server, log) = (readiness, statistics, server, log)
        let connections = connections
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause())
                }
            }
            .childChannelInitializer { channel in
                guard connections.enter() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in connections.leave() }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(
                        AdminHandler(readiness: readiness, statistics: statistics, server: server, log: log))
                }
            }
            .bind(host: listener.host, port: listener.port).get()
    }
}

/// Connections to the admin listener, which are probes, scrapers and people: few.
private final class AdminConnections: Sendable {
    private static let limit = 256
    private let count = Atomic(0)

    /// - Returns: false where there are too many.
    func enter() -> Bool {
        guard count.add(1, ordering: .relaxed).newValue <= Self.limit else {
            leave()
            return false
        }
        return true
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
}

private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let readiness: Readiness
    private let statistics: StatisticsRegistry
    private let server: ProxyServer
    private let log: LogWriter?
    private var head: HTTPRequestHead?
    private var deadline: Scheduled<Void>?
    private static let patience = TimeAmount.seconds(30)

    init(readiness: Readiness, statistics: StatisticsRegistry, server: ProxyServer, log: LogWriter?) {
        self.log = log
        self.readiness = readiness
        self.statistics = statistics
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: return
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        awaitRequest(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    /// For a whole request, from when one can come: a client that trickles octets keeps no place.
    private func awaitRequest(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private struct Answer {
        var status = HTTPResponseStatus.ok
        var type = "application/json"
        var text: String
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard head.method == .GET || head.method == .HEAD else {
            return send(Answer(status: .methodNotAllowed, text: "{}\n"), to: head, context)
        }
        // A query means nothing here. Probes add one against caches.
        switch head.uri.prefix(while: { $0 != "?" }) {
        case "/health":
            send(Answer(text: "{\"status\":\"ok\",\"version\":\"\(Version.current)\"}\n"), to: head, context)
        case "/ready":
            let answer = readiness.answer
            let status: HTTPResponseStatus = answer == .ready ? .ok : .serviceUnavailable
            let warnings =
                readiness.warnings + server.upstreamReports.compactMap(\.warning)
                + [LogLossWatch.warning(log)].compactMap { $0 }
            send(Answer(status: status, text: Self.readyText(answer, warnings)), to: head, context)
        case "/metrics":
            statistics.total(on: context.eventLoop).assumeIsolated().whenSuccess { total in
                let text = MetricsDocument.text(
                    total, self.server.load, self.server.upstreamReports, logLinesLost: self.log?.losses.lines ?? 0)
                self.send(Answer(type: MetricsDocument.contentType, text: text), to: head, context)
            }
        default:
            send(
                Answer(status: .notFound, text: "{\"error\":\"/health, /ready and /metrics are here\"}\n"), to: head,
                context)
        }
    }

    private static func readyText(_ answer: Readiness.Answer, _ warnings: [String]) -> String {
        let list = JSONText.array(warnings.map { JSONText.string(Array($0.utf8)) })
        return "{\"status\":\"\(answer.reason)\",\"warnings\":\(String(decoding: list, as: UTF8.self))}\n"
    }

    /// RFC 9112 §9.3: an HTTP/1.0 connection is not kept unless the client asks for that, and §9.6: `Connection: close` is
    /// answered by closing.
    private func send(_ answer: Answer, to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders([
            ("Content-Type", answer.type), ("Content-Length", "\(answer.text.utf8.count)"),
            ("Cache-Control", "no-store"),
        ])
        let isKept = head.isKeepAlive && readiness.answer != .draining
        headers.add(name: "Connection", value: isKept ? "keep-alive" : "close")
        if answer.status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers))),
            promise: nil)
        if head.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.text)))), promise: nil)
        }
        awaitRequest(context)
        let sent = context.eventLoop.makePromise(of: Void.self)
        if !isKept { sent.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }
}
