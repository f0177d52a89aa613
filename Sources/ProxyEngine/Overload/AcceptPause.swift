package import NIOCore

/// Where the system has no descriptor for a connection, the listener waits a moment before it accepts again; trying at once
/// would be all that its event loop does. What comes meanwhile waits in the kernel's queue, which is bounded.
///
/// NIO's `AcceptBackoffHandler` holds back reads, but none is asked for here: a listener whose first attempt fails stays
/// registered, and is told at once that it may accept.
package final class AcceptPause: ChannelInboundHandler, Sendable {
    package typealias InboundIn = any Channel

    private let failed: @Sendable () -> Void
    private let setupFailed: @Sendable (any Error) -> Void

    /// - Parameters:
    ///   - failed: no connection could be accepted.
    ///   - setupFailed: a connection was accepted and had to be closed, since it could not be set up.
    package init(
        failed: @escaping @Sendable () -> Void = {}, setupFailed: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.failed = failed
        self.setupFailed = setupFailed
    }

    /// NIO adds the handler that sets connections up after this one, and reports its failures to those after it.
    package func channelActive(context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.addHandler(SetupFailures(setupFailed), position: .last)
        } catch { setupFailed(error) }
        context.fireChannelActive()
    }

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
