package import NIOCore

/// Where the system has no descriptor for a connection, the listener waits a moment before it accepts again; trying at once
/// would be all that its event loop does. What comes meanwhile waits in the kernel's queue, which is bounded.
///
/// NIO's `AcceptBackoffHandler` holds back reads, but none is asked for here: a listener whose first attempt fails stays
/// registered, and is told at once that it may accept.
package final class AcceptPause: ChannelInboundHandler, Sendable {
    package typealias InboundIn = any Channel

    private let failed: @Sendable () -> Void

    package init(failed: @escaping @Sendable () -> Void = {}) { self.failed = failed }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError else { return context.fireErrorCaught(error) }
        failed()
        let channel = context.channel
        channel.setOption(.autoRead, value: false).whenFailure { _ in }
        channel.eventLoop.scheduleTask(in: EngineLimits.acceptPause) {
            channel.setOption(.autoRead, value: true).whenFailure { _ in }
        }
    }
}
