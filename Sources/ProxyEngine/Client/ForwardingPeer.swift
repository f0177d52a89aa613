internal import NIOCore

/// What upstreams are told of one peer; made anew when the settings have changed, so that what a reload took away from
/// `trusted-proxies` is not believed of the next request.
struct ForwardingPeer {
    private var generation: Int?
    private var known = ForwardingFields(peer: nil, trusted: [])

    mutating func fields(
        _ peer: @autoclosure () -> SocketAddress?, by settings: EngineSettings, isSecure: Bool, isHTTP2: Bool = false
    ) -> ForwardingFields {
        if generation == settings.generation { return known }
        generation = settings.generation
        known = ForwardingFields(
            peer: peer(), trusted: settings.trustedProxies, isSecure: isSecure, isHTTP2: isHTTP2)
        return known
    }
}
