package import NIOCore

/// Every limit and timeout of the engine in one place, with where it comes from.
package struct EngineLimits: Sendable {
    /// Octets of a request target: RFC 9112 §3 asks for at least 8000.
    package var maxTarget = 8 * 1024
    /// Octets of a request head, its first line included: what HAProxy and nginx take by default, doubled for tokens.
    package var maxHead = 32 * 1024
    package var maxFields = 100
    /// Client connections at a time over all event loops; a further one is turned away.
    package var maxConnections = 10_000
    /// The same for one address; nil: no limit.
    package var maxConnectionsPerAddress: Int?
    /// Requests at a time, from their head to the end of their response, over all event loops.
    package var maxRequests = 10_000
    /// The same for one client's address; nil: no limit.
    package var maxRequestsPerAddress: Int?
    /// Octets of a response head, and of the interim responses before it.
    package var maxResponseHead = 64 * 1024
    package var maxResponseFields = 256

    /// From the first byte of a request head to its last: slow heads are answered 408.
    package var headTimeout = TimeAmount.seconds(10)
    /// A connection without a request.
    package var idleTimeout = TimeAmount.seconds(75)
    /// A request's body, or the client's reading of the response, that makes no progress at all.
    package var stallTimeout = TimeAmount.seconds(60)
    /// Octets a second that a client sends of a body, or takes of a response, on average over `stallTimeout`: half of what
    /// Apache's mod_reqtimeout asks for. 0: any will do.
    package var minRate = 256
    package var connectTimeout = TimeAmount.seconds(5)
    /// From the last byte of a request that was sent on to the head of its response.
    package var responseTimeout = TimeAmount.seconds(60)
    /// A response whose body makes no progress: long, because event streams are silent between events.
    package var responseStallTimeout = TimeAmount.minutes(5)
    /// A WebSocket on which nothing is said.
    package var tunnelTimeout = TimeAmount.minutes(5)

    /// Kept-alive upstream connections per event loop and upstream that wait for the next request.
    package var maxIdleUpstream = 256
    /// Upstream connections per event loop and upstream, busy ones included, and requests waiting for one.
    package var maxUpstream = 4096
    package var maxWaiting = 4096
    /// Shorter than the keep-alive time of common servers (Node.js: 5 s), so that an upstream seldom closes a
    /// connection while a request is on its way to it.
    package var upstreamIdleTimeout = TimeAmount.seconds(4)
    /// A request that can't be sent twice gets no connection that was idle longer than this.
    package var freshUpstream = TimeAmount.seconds(1)

    /// No method of the IANA registry has more than 17 letters.
    package static let maxMethodLength = 32
    /// A chunk-size line: 16 digits and a short extension.
    package static let maxChunkLine = 256
    package static let maxTrailers = 8 * 1024
    package static let maxTrailerFields = 64
    /// Names in the Connection fields of one message: each is compared with every field.
    package static let maxConnectionOptions = 32
    /// Interim responses to one request.
    static let maxInterim = 8
    /// Body octets that are read ahead while a request waits for its verdict or its upstream connection.
    package static let readAhead = 64 * 1024
    /// Requests of one connection that are begun in one turn of the event loop, and how long others have then at least. What a
    /// client pipelines would keep the event loop to itself otherwise.
    static let requestsInTurn = 16
    static let pauseOfTurn = TimeAmount.microseconds(100)
    /// After a refusal the rest of a body is read and thrown away for a moment, so that the client sees the answer
    /// instead of a reset (RFC 9112 §9.6).
    static let lingerOctets = 1024 * 1024
    static let lingerTime = TimeAmount.seconds(2)
    /// Connections beyond the limit that are being told so at a time, and how long each may take to ask something; any other
    /// is closed at once.
    static let maxTurnedAway = 128
    static let turnAwayTime = TimeAmount.seconds(2)
    /// How long no connection is accepted when the system had no descriptor for one: trying again at once would be all
    /// that the event loop does.
    static let acceptPause = TimeAmount.milliseconds(100)
    /// Requests of an upstream that each event loop may send a second time in ten seconds, whatever their share is.
    package static let leastRetries = 10
    /// Octets of the answer to a health check that are read behind its head.
    static let maxHealthBody = 64 * 1024
    /// How often a server's name is looked at for addresses that left it, while there are connections to it.
    static let addressInterval = TimeAmount.seconds(2)
    /// Settled exchanges per event loop whose storage waits for the next request.
    static let maxSpareExchanges = 256
    /// Streams at a time on an HTTP/2 connection: what RFC 9113 §6.5.2 recommends at least.
    static let maxStreams = 100
    /// Octets of request bodies that a client may send ahead on one stream, and on all of a connection.
    static let streamWindow = 128 * 1024
    static let connectionWindow = 1024 * 1024
    /// Octets of a response that wait for a stream's window: above the upper mark the upstream is not read.
    static let streamWaterMark = (low: 16 * 1024, high: 64 * 1024)
    /// Octets of small frames that are gathered for one TLS record: its greatest length (RFC 8446 §5.1).
    static let tlsRecord = 16 * 1024
    /// For a TLS handshake.
    static let handshakeTimeout = TimeAmount.seconds(10)
    /// How often the gatekeeper is asked again about an exchange that lasts.
    static let standingInterval = TimeAmount.seconds(1)
    /// Resolution of all timeouts: one sweep over the connections of an event loop.
    static let sweepInterval = TimeAmount.milliseconds(100)
    /// Body pieces up to this size are copied behind the head or their chunk line, to save a second buffer.
    package static let copyLimit = 4096

    /// Octets written to a connection and not yet taken by the kernel: above the upper mark the other side is not read.
    static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 64 * 1024, high: 256 * 1024)

    /// Octets without which `stallTimeout` passes.
    var leastProgress: Int { Int(clamping: Int64(minRate) * stallTimeout.nanoseconds / 1_000_000_000) }

    package init() {}
}
