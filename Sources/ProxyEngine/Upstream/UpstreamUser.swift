package import NIOCore

/// Whoever uses an upstream connection: what the upstream's side tells it. The octets of a response are written to it.
///
/// Everything happens on one event loop. Whoever was told of a failure or of the end is told nothing more by that connection.
package protocol UpstreamUser: ByteSink {
    /// What finding a server has led to; the upstream's servers keep it.
    var attempt: Attempt { get }
    var head: RequestHead { get }
    /// It still waits for a connection.
    var awaitsConnection: Bool { get }
    /// It takes more of the response; otherwise the upstream is not read.
    var isWritable: Bool { get }

    // MARK: Finding a connection

    func leased(_ upstream: any UpstreamSide)
    func leaseFailed(_ fault: UpstreamFault)
    /// A server has room.
    func queueEnded(_ lease: UpstreamLease)

    // MARK: The request

    /// Writes the head of the request as this server of the upstream gets it.
    func writeHead(with writer: UpstreamRequestWriter, to server: UpstreamSettings.Server, _ out: inout ByteBuffer)

    // MARK: The response

    /// The upstream takes octets of the request again.
    func upstreamBecameWritable()
    func interimResponse(_ head: ResponseHead)
    /// Writes the head of the final response to `out`; the body follows by ``write(_:)``.
    ///
    /// - Returns: how the body is to be written.
    func responseBegan(_ head: ResponseHead, to out: inout ByteBuffer) -> BodyEncoding
    /// So many octets of the body were written, and there is nothing in sight of the rest.
    func responseProgressed(_ octets: Int)
    /// The body's last octets, so many, were written.
    ///
    /// - Returns: whether all of the request was sent.
    func responseIsWhole(_ octets: Int) -> Bool
    /// The body ended with the upstream's connection, as it was to.
    func bodyEndedWithConnection(_ encoding: BodyEncoding)
    /// The response was passed on whole, and the upstream's connection has been left.
    func responseEnded()
    /// The connection was lost, or what came over it was no response.
    func upstreamFailed(_ fault: UpstreamFault, connectionWasReused: Bool, receivedNothing: Bool)

    // MARK: WebSocket

    /// The upstream switched to the WebSocket that was asked for.
    func tunnelBegan(_ head: ResponseHead)
    func receivedTunnelled(_ octets: ByteBuffer)
    /// The upstream is gone.
    func tunnelEnded()
}

/// A connection to an upstream, or one stream of it: what its user asks of it. The octets of a request are written to it.
package protocol UpstreamSide: ByteSink {
    /// It takes more of the request; otherwise the client is not read.
    var isWritable: Bool { get }

    /// Begins a permitted request.
    ///
    /// - Returns: its head, to be written together with what is here of the body; nil where the connection was lost meanwhile.
    ///
    /// - Parameter passesTrailers: those of the response, too.
    func begin(_ user: any UpstreamUser, passesTrailers: Bool) -> ByteBuffer?
    /// The user takes octets again.
    func resumeReading()
    /// The client sends no more on a WebSocket.
    func closeOutput()
    func flushWrites()
    /// Nobody waits for the response any more, and nothing of it may meet another request.
    func abandon()
}

/// The servers of one upstream, as one event loop sees them: they find a connection for a request.
package protocol UpstreamServers: AnyObject {
    var name: String { get }
    /// nil where responses stay as they are.
    var rewriting: ResponseRewriting? { get }
    /// How many servers a request may be tried at before it is given up.
    var serverCount: Int { get }

    /// Why a request that is permitted can't go to this upstream all the same; nil when it can.
    func refusal(of head: RequestHead, _ passage: borrowing Passage) -> Refusal?
    /// - Parameter isFirst: no connection was asked for before.
    func lease(for user: any UpstreamUser, isFirst: Bool, _ freshness: UpstreamLease.Freshness) -> UpstreamLease
    /// The user waits no more.
    func cancel(_ user: any UpstreamUser)
    /// The request is no longer at its server, and waits for none.
    func release(_ user: any UpstreamUser)
    /// The server gave a whole answer, whatever its status.
    func succeeded(_ attempt: Attempt)
    /// It could not be reached, did not answer in time, or broke off.
    func failed(_ attempt: Attempt)
    /// - Returns: whether a request may be sent a second time; it counts as sent then.
    func spendRetry() -> Bool
}

/// What comes of asking for a connection.
package enum UpstreamLease {
    case connection(any UpstreamSide)
    /// The user is told when there is one.
    case pending
    /// No server has room; the user is told when one has, and need not wait longer than this.
    case queued(TimeAmount)
    case refused

    /// Which connections will do for a request.
    package enum Freshness {
        case any
        /// One that was used a moment ago, because the request can't be sent again should the upstream be closing an
        /// idle one at this instant.
        case recent
        /// None that was used before: one has just been lost.
        case new
    }
}
