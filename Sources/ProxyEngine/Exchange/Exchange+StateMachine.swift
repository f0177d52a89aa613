extension Exchange {
    /// Where one request and its response stand; pure, so that every order of events can be tested.
    ///
    ///     admitting ─permit→ leasing ─lease→ exchanging ─end→ settled
    ///         └─refuse→ answered ←─fault──┴──────┘
    struct StateMachine {
        enum Phase: Equatable {
            /// Its verdict is being sought.
            case admitting
            /// It waits for an upstream connection.
            case leasing
            /// It is on an upstream connection; `interim` responses may have passed, the final one has not begun.
            case sending
            /// The head of the final response was written.
            case responding
            /// The gateway answers itself.
            case answered
            case settled
        }

        private(set) var phase = Phase.admitting
        /// All of the request was received and, where it was forwarded, sent on.
        private(set) var requestIsComplete: Bool
        /// The client asked for the connection to be closed, or the gateway must.
        private(set) var mustClose: Bool
        private var wasRetried = false

        init(hasBody: Bool, closes: Bool) {
            requestIsComplete = !hasBody
            mustClose = closes
        }

        mutating func permitted() { phase = .leasing }
        mutating func leased() { phase = .sending }
        mutating func requestCompleted() { requestIsComplete = true }
        mutating func responseBegan() { phase = .responding }
        mutating func closeAfterwards() { mustClose = true }

        /// What becomes of the client's connection behind a response.
        enum ClientFate {
            case next
            case close
            /// Bytes of the request may still be coming: read them for a moment, or the client would see a reset
            /// instead of the response.
            case linger
        }

        /// The whole response was written.
        mutating func responseEnded() -> ClientFate {
            phase = .settled
            if !requestIsComplete { return .linger }
            return mustClose ? .close : .next
        }

        /// What the gateway's own answer does with the connection.
        mutating func answered(bodyIsSkippable: Bool, closes: Bool) -> ClientFate {
            phase = .answered
            if !requestIsComplete, !bodyIsSkippable { mustClose = true }
            if closes { mustClose = true }
            guard mustClose else { return .next }
            return requestIsComplete && !closes ? .close : .linger
        }

        mutating func settled() { phase = .settled }

        enum FailureAction {
            /// Nothing came back and nothing can have been done twice: ask again on a new connection.
            case retry
            case answer
            /// Part of the response is with the client: cut it off visibly.
            case abort
            case ignore
        }

        /// The upstream's connection was lost, or what came over it was no response.
        mutating func upstreamFailed(isRepeatable: Bool, connectionWasReused: Bool, receivedNothing: Bool)
            -> FailureAction
        {
            switch phase {
            case .leasing: return .answer
            case .sending:
                guard isRepeatable, connectionWasReused, receivedNothing, !wasRetried else { return .answer }
                wasRetried = true
                phase = .leasing
                return .retry
            case .responding: return .abort
            case .admitting, .answered, .settled: return .ignore
            }
        }
    }
}
