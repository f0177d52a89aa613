/// What can go wrong between the gateway and an upstream.
package enum UpstreamFault: Error {
    /// No connection could be made; why, for the log.
    case unreachable(String)
    /// TLS could not be agreed on, or the server could not prove who it is; for the log.
    case handshake(String)
    /// Malformed, or closed before it answered; for the log.
    case invalid(ResponseFault)
    case timeout
    /// No connection may be opened and the queue for one is full.
    case overloaded
    /// The gateway has no descriptor left for a connection: no server is to blame.
    case exhausted

    /// Nothing was sent, so another server may be asked whatever the method.
    var isBeforeTheRequest: Bool {
        switch self {
        case .unreachable, .handshake: true
        case .invalid, .timeout, .overloaded, .exhausted: false
        }
    }

    /// For the operator.
    var explanation: String {
        switch self {
        case .unreachable(let reason): "no connection to the upstream: \(reason)"
        case .handshake(let reason): "no TLS to the upstream: \(reason)"
        case .invalid(let fault): fault.explanation.description
        case .timeout: "the upstream did not answer in time"
        case .overloaded: "too many requests wait for a connection to the upstream"
        case .exhausted: "no descriptor is left for a connection to the upstream"
        }
    }
}

extension Refusal {
    /// What went wrong behind the gateway; the client learns no more than which side failed.
    init(_ fault: UpstreamFault) {
        switch fault {
        case .unreachable, .handshake:
            self.init(
                status: 502, code: "upstream_unreachable", title: "Upstream unreachable",
                message: "the application can't be reached", source: .upstream)
        case .invalid:
            self.init(
                status: 502, code: "upstream_invalid", title: "Upstream answered invalidly",
                message: "the application's answer can't be passed on", source: .upstream)
        case .timeout:
            self.init(
                status: 504, code: "upstream_timeout", title: "Upstream timed out",
                message: "the application did not answer in time", source: .upstream)
        case .overloaded: self = .overloaded("too many requests are waiting for the application")
        case .exhausted: self = .overloaded("no further connection to the application can be made")
        }
    }
}
