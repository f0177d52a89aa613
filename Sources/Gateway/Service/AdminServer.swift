internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import ProxyEngine
internal import Routes

/// The admin listener: health, readiness and metrics. Never the public port, and never on the path of a request, so NIO's own
/// HTTP codec serves it.
struct AdminServer {
    let group: MultiThreadedEventLoopGroup
    let readiness: Readiness
    let statistics: StatisticsRegistry
    let server: ProxyServer

    func listen(_ listener: Listener) async throws -> any Channel {
        let (readiness, statistics, server) = (readiness, statistics, server)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause())
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(IdleStateHandler(allTimeout: .seconds(30)))
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(
                        AdminHandler(readiness: readiness, statistics: statistics, server: server))
                }
            }
            .bind(host: listener.host, port: listener.port).get()
    }
}

private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let readiness: Readiness
    private let statistics: StatisticsRegistry
    private let server: ProxyServer
    private var head: HTTPRequestHead?

    init(readiness: Readiness, statistics: StatisticsRegistry, server: ProxyServer) {
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

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
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
        switch head.uri {
        case "/health":
            send(Answer(text: "{\"status\":\"ok\",\"version\":\"\(Version.current)\"}\n"), to: head, context)
        case "/ready":
            let answer = readiness.answer
            let status: HTTPResponseStatus = answer == .ready ? .ok : .serviceUnavailable
            let warnings = readiness.warnings + server.upstreamReports.compactMap(\.warning)
            send(Answer(status: status, text: Self.readyText(answer, warnings)), to: head, context)
        case "/metrics":
            statistics.total(on: context.eventLoop).assumeIsolated().whenSuccess { total in
                let text = MetricsDocument.text(total, self.server.load, self.server.upstreamReports)
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

    private func send(_ answer: Answer, to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders([
            ("Content-Type", answer.type), ("Content-Length", "\(answer.text.utf8.count)"),
            ("Cache-Control", "no-store"),
        ])
        if answer.status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers))),
            promise: nil)
        if head.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.text)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
