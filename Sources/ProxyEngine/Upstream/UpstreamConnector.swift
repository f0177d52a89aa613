internal import NIOCore
internal import NIOPosix

/// Makes connections to one server of an upstream, without TLS.
struct UpstreamConnector {
    let server: UpstreamSettings.Server
    private let target: SocketAddress?
    /// nil where the server is known by its address.
    let lookup: AddressLookup?

    init(_ server: UpstreamSettings.Server) {
        self.server = server
        // An address needs no resolver; a name is resolved anew for every connection.
        target =
            server.scheme == .unix
            ? try? SocketAddress(unixDomainSocketPath: server.host)
            : try? SocketAddress(ipAddress: server.host, port: server.port)
        lookup = target == nil ? AddressLookup(host: server.host, port: server.port) : nil
    }

    /// What a certificate must be for; nil where the server is known by its address.
    var name: String? { target == nil ? server.host : nil }

    func connect(on eventLoop: any EventLoop, within limit: TimeAmount) -> EventLoopFuture<any Channel> {
        var bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(limit)
            // So that the end of input is told apart from the loss of the connection.
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.writeBufferWaterMark, value: EngineLimits.waterMark)
        if server.scheme != .unix {
            bootstrap =
                bootstrap
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
        }
        if let target { return bootstrap.connect(to: target) }
        if let lookup { bootstrap = bootstrap.resolver(LookedUpAddresses(lookup.addresses(on: eventLoop))) }
        return bootstrap.connect(host: server.host, port: server.port)
    }
}
