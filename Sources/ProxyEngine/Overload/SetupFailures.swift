internal import NIOCore

/// Hears of each accepted connection that could not be set up, which NIO closes without a word: a socket option that the
/// kernel refuses, a handler that can't be made. A client sees a reset then, and no line of the access log tells of it.
final class SetupFailures: ChannelInboundHandler, Sendable {
    typealias InboundIn = any Channel

    private let report: @Sendable (any Error) -> Void

    init(_ report: @escaping @Sendable (any Error) -> Void) { self.report = report }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { report(error) }
}
