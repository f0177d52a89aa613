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

/// Takes note of every exchange, once, when it is settled; on the event loop of its connection.
package protocol ExchangeRecorder: AnyObject {
    func record(_ exchange: Exchange)

    /// No further exchange will come: hands on what is still held back.
    func finish()

    /// Whether `result.duration` is of use; asking for the time costs more than the rest of a record without a log.
    var wantsDuration: Bool { get }
}
