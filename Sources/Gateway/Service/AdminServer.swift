internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Routes

/// The admin listener: health and readiness. Never the public port, and never on the path of a request, so NIO's own
/// HTTP codec serves it.
struct AdminServer {
    let group: MultiThreadedEventLoopGroup
    let readiness: Readiness

    func listen(_ listener: Listener) async throws -> any Channel {
        let readiness = readiness
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(AdminHandler(readiness: readiness))
                }
            }
            .bind(host: listener.host, port: listener.port).get()
    }
}

private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let readiness: Readiness
    private var head: HTTPRequestHead?

    init(readiness: Readiness) {
        self.readiness = readiness
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: return
        case .end:
            guard let head else { return }
            let (status, text) = answer(head)
            var headers = HTTPHeaders([
                ("Content-Type", "application/json"), ("Content-Length", "\(text.utf8.count)"),
                ("Cache-Control", "no-store"),
            ])
            if status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
            if head.method != .HEAD {
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            self.head = nil
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead) -> (HTTPResponseStatus, String) {
        guard head.method == .GET || head.method == .HEAD else { return (.methodNotAllowed, "{}\n") }
        switch head.uri {
        case "/health": return (.ok, "{\"status\":\"ok\",\"version\":\"\(Version.current)\"}\n")
        case "/ready":
            let answer = readiness.answer
            return (answer == .ready ? .ok : .serviceUnavailable, "{\"status\":\"\(answer.reason)\"}\n")
        default: return (.notFound, "{\"error\":\"/health and /ready are here\"}\n")
        }
    }
}
