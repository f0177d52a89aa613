/// Decides who may pass. The engine asks it once for every request, on the event loop of the request's connection, and
/// knows nothing of how it decides: this is the only way from a request to an upstream.
///
/// It is bound to a class and not generic on purpose: the handlers of a connection would be generic with it, and the
/// entries of a generic class are never specialised (docs/decisions/0003).
package protocol Gatekeeper: AnyObject {
    /// Judges `exchange.head`. May set `exchange.attribution` for the record.
    ///
    /// - Returns: `.pending` when the verdict comes later by ``Exchange/resolve(_:)``, on the same event loop.
    func admit(_ exchange: Exchange) -> Admission

    /// An exchange with a `standing` lasts: is it still permitted? Answers with the reason when it is not, at once or later on
    /// the same event loop.
    func recheck(_ exchange: Exchange, _ verdict: @escaping (Refusal?) -> Void)

    /// No further request will come: gives up whatever it holds on this event loop.
    func shutDown()
}

package enum Admission {
    case permitted(Passage)
    case refused(Refusal)
    case pending
    /// The gateway will answer itself, when the body is here.
    case collecting(BodyCollection)
    case answered(LocalResponse)
}

/// What the engine needs to know to forward a request that was permitted.
package struct Passage {
    /// The position of the upstream in the engine's list.
    package var upstream: Int
    /// Of the settings that the list belongs to. A passage by older ones is not used: the request is judged anew.
    package var generation: Int
    /// Whole field lines, each with its CRLF, that the gateway vouches for. They are written behind the client's
    /// fields, of which all with such names have been removed.
    package var vouched: [UInt8]
    /// Whether the field that carried the token goes on to the upstream.
    package var forwardsAuthorization: Bool
    /// Whether trailers go on, both ways; otherwise they are dropped.
    package var passesTrailers: Bool
    /// Instead of the engine's response timeout.
    package var responseTimeout: Duration?
    /// Octets of the request's body; nil: no limit.
    package var maxBody: Int?

    package init(
        upstream: Int, generation: Int = 0, vouched: [UInt8], forwardsAuthorization: Bool, passesTrailers: Bool = false,
        responseTimeout: Duration? = nil, maxBody: Int? = nil
    ) {
        self.upstream = upstream
        self.generation = generation
        self.vouched = vouched
        self.forwardsAuthorization = forwardsAuthorization
        self.passesTrailers = passesTrailers
        self.responseTimeout = responseTimeout
        self.maxBody = maxBody
    }
}

/// Takes note of every exchange, once, when it is settled; on the event loop of its connection.
package protocol ExchangeRecorder: AnyObject {
    func record(_ exchange: Exchange)

    /// No further exchange will come: hands on what is still held back.
    func finish()

    /// Whether `result.duration` is of use; asking for the time costs more than the rest of a record without a log.
    var wantsDuration: Bool { get }
}
