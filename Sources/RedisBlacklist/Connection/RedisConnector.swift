internal import NIOCore
internal import NIOPosix

/// Makes the TCP connections.
enum RedisConnector {
    /// The future fails when no connection could be made; otherwise the handler's owner is told what happens on it.
    static func connect(
        _ handler: RedisChannelHandler, to configuration: BlacklistConfiguration, on eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        let handler = NIOLoopBound(handler, eventLoop: eventLoop)
        return ClientBootstrap(group: eventLoop)
            .connectTimeout(configuration.limits.connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            // Replies are copied out of the buffer at once, so one of fixed size is reused for ever.
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: BlacklistLimits.readBytes)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
            .connect(host: configuration.host, port: configuration.port)
    }

    /// Why connecting failed, in one line.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            let attempts = error.connectionErrors.map { "\($0.target): \(reason($0.error))" }
            let resolution = [error.dnsAError, error.dnsAAAAError].compactMap { $0 }.map { "\($0)" }
            return (attempts.isEmpty ? resolution : attempts).joined(separator: "; ")
        case let error as IOError: return error.description
        case ChannelError.connectTimeout: return "timed out"
        default: return "\(error)"
        }
    }
}
