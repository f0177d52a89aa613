package import NIOCore

/// What an exchange asks of whoever brought its request: a connection of HTTP/1.1, or a stream of HTTP/2 that stands for one. The
/// octets of the response are written to it.
package protocol ClientSide: ByteSink {
    /// What the upstream is told of the connection.
    var forwarding: ForwardingFields { get }
    /// Whom its requests are counted for, unless a proxy sends them.
    var peerKey: AddressKey? { get }
    /// Whole field lines, each with its CRLF, of every response.
    var responseLines: String { get }
    /// Every request is answered with a redirection to https at this port.
    var redirectPort: Int? { get }
    /// One connection too many: its request is answered 503, whatever it is, and that is all.
    var isTurnedAway: Bool { get }
    /// It takes more of the response; otherwise the upstream is not read.
    var isWritable: Bool { get }
    /// What came in and was not taken yet: the rest of the request, and what follows it.
    var input: ByteBuffer { get set }

    /// What held back reading may have gone.
    func resumeReading()
    /// Works off what has come in as far as possible.
    func progress()
    /// Whether the client has taken enough of what waits for it since this was asked last.
    func isTakingResponse() -> Bool
    /// The exchange is over; the client's side forgets it and goes on as `fate` says.
    func exchangeEnded(_ fate: ClientFate)
}

/// What becomes of the client's connection behind an exchange.
package enum ClientFate {
    /// The next request may come, behind the rest of this one's body where there is one.
    case next(behind: BodyDecoder?)
    /// It closes when all that was written has gone.
    case close
    /// The same, by this time at the latest, and what still comes is read for a moment, or the client would see a reset instead of
    /// the response.
    case linger(by: NIODeadline)
    /// It is reset, so that the client can't take what it got for the whole.
    case abort
}
