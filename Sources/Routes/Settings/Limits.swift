/// The block `limits`: every bound on what a peer may take, with its default. The one place where they stand.
package struct Limits: Sendable, Equatable {
    /// A request head must be complete this long after its first byte.
    package var headerTimeout: Duration = .seconds(10)
    /// How long a client's connection may rest between requests. Browsers keep theirs for 60 s and more; a
    /// shorter time here than there makes them meet closed connections.
    package var idleTimeout: Duration = .seconds(75)
    /// For the TCP connection to an upstream.
    package var connectTimeout: Duration = .seconds(5)
    /// From the end of the request to the head of the upstream's response; a route's `timeout=` replaces it.
    package var responseTimeout: Duration = .seconds(60)
    /// How long a body, either way, may stand still.
    package var bodyTimeout: Duration = .seconds(60)
    /// How long a WebSocket may be silent.
    package var webSocketTimeout: Duration = .seconds(300)
    /// How long everything is served on after the gateway is told to stop, while `/ready` says so.
    package var drainDelay: Duration = .zero
    /// How long running requests may take to finish once the gateway is told to stop.
    package var shutdownGrace: Duration = .seconds(30)
    /// Bytes of a request head, its request line included. HAProxy and nginx take 16 and 32 KB.
    package var maxHead = 32 * 1024
    /// Fields of a request head; nginx and HAProxy take about 100.
    package var maxFields = 100
    /// Bytes of a request target; RFC 9110 §4.1 wants at least 8000.
    package var maxTarget = 8 * 1024
    /// Client connections at a time, over all listeners; nil: as many as there are descriptors for.
    package var maxConnections: Int?
    /// Of one address; nil: no limit.
    package var maxConnectionsPerAddress: Int?
    /// Requests at a time; nil: as many as there are descriptors for.
    package var maxRequests: Int?
    /// Of one client's address; nil: no limit.
    package var maxRequestsPerAddress: Int?
    /// Octets a second of a body, either way, on average over `bodyTimeout`; 0: any will do.
    package var minRate = 256

    package init() {}
}
