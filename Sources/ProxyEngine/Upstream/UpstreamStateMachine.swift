/// Where a connection to a server stands; pure, so that every order of events can be tested.
///
///     securing ─→ idle ─begin→ awaiting ─head→ receiving ─end→ complete ─end of the burst→ idle
///                                  └─101→ tunnelling              └──────────────────────→ closed
///
/// Two ends differ: `inputEnded`, the end of input that was seen (a FIN, or TLS's close_notify), and `lost`, any other
/// end. Only the first can be the end of a body that ends with its connection (RFC 9112 §6.3, item 8, and §8).
package struct UpstreamStateMachine: Sendable {
    private enum State: Equatable {
        /// TLS is being agreed on.
        case securing
        case idle
        /// A request is on its way; of its response's head not all is here.
        case awaiting(receivedNothing: Bool)
        case receiving(endsWithConnection: Bool)
        /// The response is whole. What else this burst of reading brings decides whether the connection serves again.
        case complete(isReusable: Bool)
        /// A WebSocket: octets pass as they are.
        case tunnelling
        case closed
    }

    private var state: State
    /// It has served a request before, so the server may close it at any time.
    package private(set) var wasUsed = false
    /// The request at hand has left for the kernel.
    private var isFlushed = true

    package init(isSecured: Bool) { state = isSecured ? .idle : .securing }

    package var isClosed: Bool { state == .closed }
    package var isSecuring: Bool { state == .securing }
    package var isAwaitingHead: Bool { if case .awaiting = state { true } else { false } }
    package var isReceiving: Bool { if case .receiving = state { true } else { false } }
    package var isComplete: Bool { if case .complete = state { true } else { false } }
    /// What it receives goes to the client, so it is read only as fast as the client reads.
    package var followsClient: Bool { isReceiving || state == .tunnelling }

    package mutating func secured() { if state == .securing { state = .idle } }

    /// - Returns: false where the connection can't take a request.
    package mutating func begin() -> Bool {
        guard state == .idle else { return false }
        state = .awaiting(receivedNothing: true)
        isFlushed = false
        return true
    }

    package mutating func flushed() { isFlushed = true }

    package enum Received: Sendable, Equatable {
        case readHead
        case readBody
        case passOn
        /// Nothing was asked: whatever it is, it answers nothing.
        case close
        /// It came before the request was sent, so it is no answer to it.
        case unsolicited
        case ignore
    }

    package mutating func received() -> Received {
        switch state {
        case .securing, .idle: return .close
        case .awaiting where !isFlushed: return .unsolicited
        case .awaiting:
            state = .awaiting(receivedNothing: false)
            return .readHead
        case .receiving: return .readBody
        case .complete:
            state = .complete(isReusable: false)
            return .ignore
        case .tunnelling: return .passOn
        case .closed: return .ignore
        }
    }

    package mutating func responseBegan(endsWithConnection: Bool) {
        if isAwaitingHead { state = .receiving(endsWithConnection: endsWithConnection) }
    }

    package mutating func tunnelBegan() { if isAwaitingHead { state = .tunnelling } }

    /// - Parameter isReusable: the server keeps the connection, the request was sent whole, and nothing is left over.
    package mutating func responseEnded(isReusable: Bool) {
        if isReceiving { state = .complete(isReusable: isReusable) }
    }

    package enum BurstEnd: Sendable, Equatable {
        case nothing
        /// The response is over; the connection serves the next request.
        case giveBack
        /// The response is over, and so is the connection.
        case finishAndClose
    }

    /// All that could be read for now was.
    package mutating func burstEnded() -> BurstEnd {
        guard case .complete(let isReusable) = state else { return .nothing }
        state = isReusable ? .idle : .closed
        wasUsed = true
        return isReusable ? .giveBack : .finishAndClose
    }

    package enum End: Sendable, Equatable {
        case nothing
        /// The response was whole before.
        case finish
        /// This is the end of the body.
        case endBody
        case endTunnel
        case fail(receivedNothing: Bool)
    }

    /// The server sends no more, and said so.
    package mutating func inputEnded() -> End {
        if case .receiving(endsWithConnection: true) = state {
            state = .closed
            return .endBody
        }
        return lost()
    }

    /// The connection is gone, or of no use any more.
    package mutating func lost() -> End {
        defer { state = .closed }
        switch state {
        case .securing, .idle, .closed: return .nothing
        case .awaiting(let receivedNothing): return .fail(receivedNothing: receivedNothing)
        case .receiving: return .fail(receivedNothing: false)
        case .complete: return .finish
        case .tunnelling: return .endTunnel
        }
    }

    /// Nobody waits for anything on it any more.
    package mutating func abandoned() { state = .closed }
}
