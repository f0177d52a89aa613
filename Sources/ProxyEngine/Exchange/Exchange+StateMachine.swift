extension Exchange {
    /// Where one request and its response stand; pure, so that every order of events can be tested.
    ///
    ///     admitting ─permit→ leasing ─lease→ exchanging ─end→ settled
    ///         └─refuse→ answered ←─fault──┴──────┘
    ///
    /// `exchanging` is `sending`, then `responding` or, where the upstream accepts a WebSocket, `tunnelling`.
    package struct StateMachine {
        package enum Phase: Sendable, Equatable {
            /// Its verdict is being sought.
            case admitting
            /// It waits for an upstream connection.
            case leasing
            /// It is on an upstream connection; `interim` responses may have passed, the final one has not begun.
            case sending
            /// The head of the final response was written.
            case responding
            /// The upstream switched to a WebSocket: there is no HTTP on this connection any more.
            case tunnelling
            /// The gateway answers itself.
            case answered
            case settled
        }

        package private(set) var phase = Phase.admitting
        /// All of the request was received and, where it was forwarded, sent on.
        package private(set) var requestIsComplete: Bool
        /// The client asked for the connection to be closed, or the gateway must.
        package private(set) var mustClose: Bool
        let hadBody: Bool
        private var wasRetried = false

        package init(hasBody: Bool, closes: Bool) {
            hadBody = hasBody
            requestIsComplete = !hasBody
            mustClose = closes
        }

        // Each step follows one other; an event out of its turn changes nothing.
        package mutating func permitted() { if phase == .admitting { phase = .leasing } }
        package mutating func leased() { if phase == .leasing { phase = .sending } }
        package mutating func responseBegan() { if phase == .sending { phase = .responding } }
        package mutating func tunnelBegan() { if phase == .sending { phase = .tunnelling } }
        package mutating func requestCompleted() { requestIsComplete = true }
        package mutating func closeAfterwards() { mustClose = true }

        /// What becomes of the client's connection behind a response.
        package enum ClientFate: Sendable, Equatable {
            case next
            case close
            /// Bytes of the request may still be coming: read them for a moment, or the client would see a reset
            /// instead of the response.
            case linger
        }

        /// The whole response was written.
        package mutating func responseEnded() -> ClientFate {
            guard phase == .responding else { return outOfTurn() }
            phase = .settled
            if !requestIsComplete { return .linger }
            return mustClose ? .close : .next
        }

        /// What the gateway's own answer does with the connection.
        package mutating func answered(bodyIsSkippable: Bool, closes: Bool) -> ClientFate {
            switch phase {
            case .admitting, .leasing, .sending: phase = .answered
            // Another answer has begun; a second one would be taken for part of it.
            case .responding, .tunnelling, .answered, .settled: return outOfTurn()
            }
            if !requestIsComplete, !bodyIsSkippable { mustClose = true }
            if closes { mustClose = true }
            guard mustClose else { return .next }
            return requestIsComplete && !closes ? .close : .linger
        }

        package mutating func settled() { phase = .settled }

        /// An end that no response can have: nothing more may be read from the client.
        private mutating func outOfTurn() -> ClientFate {
            mustClose = true
            return .close
        }

        package enum FailureAction: Sendable, Equatable {
            /// Nothing came back and nothing can have been done twice: ask again on a new connection. Either the old one had
            /// been idle, and was closed for that, or there is another server to ask.
            case retry
            case answer
            /// Part of the response is with the client: cut it off visibly.
            case abort
            case ignore
        }

        /// The upstream's connection was lost, or what came over it was no response.
        package mutating func upstreamFailed(
            isRepeatable: Bool, connectionWasReused: Bool, receivedNothing: Bool, hasAnotherServer: Bool = false
        ) -> FailureAction {
            switch phase {
            case .leasing: return .answer
            case .sending:
                guard isRepeatable, receivedNothing, !wasRetried, connectionWasReused || hasAnotherServer
                else { return .answer }
                wasRetried = true
                phase = .leasing
                return .retry
            case .responding, .tunnelling: return .abort
            case .admitting, .answered, .settled: return .ignore
            }
        }
    }
}
