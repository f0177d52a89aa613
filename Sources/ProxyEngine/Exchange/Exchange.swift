package import NIOCore

/// One request, its response, and what is noted about them. Belongs to one event loop.
///
/// It is a class because the client's connection, the upstream's and a pending verdict refer to it; when it is settled
/// and nobody else does, the event loop uses it again.
package final class Exchange {
    package let head = RequestHead()
    package internal(set) var id = RequestID(prefix: 0, number: 0)
    /// Nanoseconds since 1970 when the head was complete.
    package internal(set) var receivedAt: Int64 = 0
    var startedAt = NIODeadline.uptimeNanoseconds(0)
    /// What the gatekeeper wants the record to say.
    package var attribution = Attribution()
    package internal(set) var result = Result()
    /// Whole field lines, each with its CRLF, that every response to this request gets, whoever answers it.
    package var responseLines = ""

    /// By what the permission stands (a token): where there is something, the gatekeeper is asked again while the exchange lasts.
    package var standing: AnyObject?
    let services: ExchangeServices
    var loop: LoopServices { services.loop }
    package internal(set) var deadlines = Deadlines(progress: .distantFuture)
    var machine = StateMachine(hasBody: false, closes: false)
    var requestBody = BodyDecoder(.none)
    var requestOctets = 0
    /// `requestOctets` when there was enough of them for the time to run anew; -1: not yet.
    var progressedOctets = -1
    /// Among the requests that are under way, until it is settled.
    var place: LoadCounter.Place?
    var passage: Passage?
    /// The upstream of the passage, as it was when the request was permitted.
    var servers: (any UpstreamServers)?
    package let attempt = Attempt()
    var upstream: (any UpstreamSide)?
    /// The client takes the end of the connection for the end of the response's body.
    var endsWithConnection = false
    /// Where the body goes that the gateway answers itself.
    var collection: BodyCollection?
    /// Once the upstream has switched to a WebSocket.
    var tunnel: Tunnel?
    /// The side that waits for this exchange. The two refer to each other until the exchange is settled or given
    /// up, which ends it; nil then.
    var client: (any ClientSide)?
    /// Who asks, once that was needed.
    private var origin: ForwardedOrigin?

    package struct Attribution {
        /// The line of the rule that decided; 0: none did.
        package var ruleLine = 0
        /// The user, where one was verified: bytes as the token had them.
        package var user: ArraySlice<UInt8>?
        /// Anything the gatekeeper wants to tell the operator about a refusal; nothing secret.
        package var detail: String?

        package init() {}
    }

    package struct Result {
        package internal(set) var status = 0
        /// The code of a refusal; nil where the upstream answered.
        package internal(set) var code: String?
        /// Octets of the response's body, as received from the upstream or written by the gateway.
        package internal(set) var responseOctets = 0
        /// The response was cut off.
        package internal(set) var isTruncated = false
        package internal(set) var upstream: String?
        package internal(set) var duration = TimeAmount.zero
        /// Why the upstream failed, for the operator.
        package internal(set) var fault: String?
    }

    init(services: ExchangeServices) { self.services = services }

    /// The client's address as text, without its port; empty where it is not known.
    package var clientAddressText: String.UTF8View { (knownOrigin?.address ?? "").utf8 }
    /// The client's connection is encrypted: ours, or that to a trusted proxy, which says so.
    package var isSecure: Bool { knownOrigin?.scheme == "https" }
    /// The host that a trusted proxy was asked for; nil: that of this request.
    package var forwardedHost: String? { client?.forwarding.host(for: head) }
    package var idText: String {
        var text = ByteBuffer()
        text.writeRequestID(id)
        return String(buffer: text)
    }
    package var requestBodyOctets: Int { requestOctets }

    /// All of the request was received and, where it was forwarded, sent on.
    var requestIsComplete: Bool { machine.requestIsComplete }

    /// Read once a request.
    var knownOrigin: ForwardedOrigin? {
        if let origin { return origin }
        origin = client?.forwarding.origin(of: head)
        return origin
    }

    /// Ready for the next request; the storage of the field index is kept. What few requests have is looked at before it is thrown
    /// away, which costs less; what a settled one has no more (``settle()``) is not named.
    func reset() {
        if machine.hadBody { requestBody = BodyDecoder(.none) }
        head.clear()
        deadlines = Deadlines(progress: .distantFuture)
        attribution = Attribution()
        result = Result()
        requestOctets = 0
        progressedOctets = -1
        endsWithConnection = false
        passage = nil
        servers = nil
        attempt.reset()
        if collection != nil { collection = nil }
        if tunnel != nil { tunnel = nil }
        if origin != nil { origin = nil }
        responseLines = ""
        standing = nil
    }
}
