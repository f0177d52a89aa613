internal import NIOCore

/// What happens when an exchange does not end with the upstream's response.
extension ClientConnection {
    /// The gateway answers itself.
    func answer(_ refusal: Refusal, _ exchange: Exchange) {
        let skips = !refusal.closes && canSkipBody(of: exchange)
        let fate = exchange.machine.answered(bodyIsSkippable: skips, closes: refusal.closes || worker.isDraining)
        var out = ByteBuffer()
        exchange.result.status = refusal.status
        exchange.result.code = refusal.code
        if exchange.result.fault == nil, refusal.message != refusal.title { exchange.result.fault = refusal.message }
        exchange.result.responseOctets = ProblemDocument.write(
            refusal, id: exchange.id, isHead: exchange.head.traits.contains(.isHead),
            closes: exchange.machine.mustClose, date: worker.dateLine(), added: exchange.responseLines,
            to: &out)
        write(out)
        end(exchange, fate)
    }

    /// `OPTIONS *` asks about the server as a whole, and one with `Max-Forwards: 0` about this one (RFC 9110 §7.6.2), so it
    /// needs no permit and reaches no upstream.
    func answerOptions(_ exchange: Exchange) {
        let fate = exchange.machine.answered(
            bodyIsSkippable: canSkipBody(of: exchange), closes: worker.isDraining)
        exchange.result.status = 204
        var out = ByteBuffer(
            staticString: "HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n")
        out.writeBytes(worker.dateLine())
        if exchange.machine.mustClose { out.writeStaticString("Connection: close\r\n") }
        out.writeStaticString("\r\n")
        write(out)
        end(exchange, fate)
    }

    func end(_ exchange: Exchange, _ fate: Exchange.StateMachine.ClientFate) {
        let body = exchange.machine.requestIsComplete ? nil : exchange.requestBody
        settle(exchange)
        switch fate {
        case .next:
            if let body {
                phase = .skipping(body)
                deadline = worker.coarseNow + worker.limits.headTimeout
                resumeReading()
            } else {
                becomeIdle()
                resumeReading()
            }
        case .close: closeWhenWritten()
        case .linger: closeWhenWritten(lingers: true)
        }
    }

    /// Whether reading the refused request's body is worth the connection. A client that waits for `100 (Continue)` may
    /// or may not send it, so nobody can say where the next request would begin.
    func canSkipBody(of exchange: Exchange) -> Bool {
        guard !exchange.head.traits.contains(.expectsContinue) else { return false }
        switch exchange.head.framing {
        case .none: return true
        case .length(let length): return length <= EngineLimits.lingerOctets && exchange.upstream == nil
        case .chunked, .untilClose: return false
        }
    }

    /// The upstream's connection was lost, or what came over it was no response.
    func upstreamFailed(
        _ fault: UpstreamFault, for exchange: Exchange, connectionWasReused: Bool, receivedNothing: Bool
    ) {
        guard self.exchange === exchange else { return }
        // A kept connection may be closed at any time.
        if !(connectionWasReused && receivedNothing) { exchange.group?.failed(exchange) }
        switch exchange.machine.upstreamFailed(
            isRepeatable: exchange.head.traits.contains(.isRepeatable), connectionWasReused: connectionWasReused,
            receivedNothing: receivedNothing, hasAnotherServer: exchange.leases < exchange.group?.serverCount ?? 0)
        {
        case .retry:
            if exchange.group?.spendRetry() ?? false { return retry(exchange) }
            refuse(exchange, fault, "\(fault.explanation); too many requests were sent again lately")
        case .answer: refuse(exchange, fault, fault.explanation)
        case .abort:
            exchange.result.fault = fault.explanation
            cutOff(exchange)
        case .ignore: return
        }
    }

    private func refuse(_ exchange: Exchange, _ fault: UpstreamFault, _ explanation: String) {
        exchange.result.fault = explanation
        answer(Refusal(fault), exchange)
        progress()
    }

    /// The response can't be completed and must not look complete: where the end of the connection would be the end of
    /// the body, the connection is reset.
    func cutOff(_ exchange: Exchange) {
        exchange.result.isTruncated = true
        let endsWithConnection = exchange.head.version == .http10
        settle(exchange)
        if endsWithConnection { abort() } else { closeWhenWritten() }
    }

    /// The client is gone, or is about to be.
    func abandonExchange() {
        guard let exchange else { return }
        giveUpUpstream(of: exchange)
        exchange.result.isTruncated = exchange.machine.phase == .responding
        if exchange.machine.phase == .tunnelling { return tunnelAbandoned(exchange) }
        if exchange.result.status == 0 { exchange.result.code = "client_gone" }
        exchange.machine.settled()
        settle(exchange)
    }

    /// A client that leaves a WebSocket has ended it.
    private func tunnelAbandoned(_ exchange: Exchange) {
        exchange.machine.settled()
        settle(exchange)
    }

    /// Nobody waits any more for the connection, or for what comes over it.
    private func giveUpUpstream(of exchange: Exchange) {
        if exchange.machine.phase == .leasing { exchange.group?.cancel(exchange) }
        exchange.upstream?.abandon()
        exchange.upstream = nil
    }

    /// What the connection waited for did not come.
    func deadlinePassed() {
        if end <= worker.coarseNow { return abort() }
        deadline = .distantFuture
        switch phase {
        // Nothing is asked, but the last answer is still on its way to a client that reads slowly.
        case .idle where octetsWaiting ?? 0 > 0 && isTakingResponse():
            deadline = worker.coarseNow + worker.limits.stallTimeout
        case .idle, .skipping, .lingering: close()
        // Some of the response was not taken: what the client has must not look like all of it.
        case .closing:
            if isTakingResponse() { deadline = worker.coarseNow + worker.limits.stallTimeout } else { abort() }
        case .closed: return
        case .readingHead: timeOutHead()
        case .exchanging:
            guard let exchange else { return close() }
            timeOut(exchange)
        }
    }

    private func timeOutHead() {
        let exchange = worker.makeExchange()
        phase = .exchanging
        self.exchange = exchange
        exchange.client = self
        exchange.receivedAt = WallClock.nanoseconds()
        if worker.measuresDuration { exchange.startedAt = .now() }
        exchange.machine = Exchange.StateMachine(hasBody: false, closes: true)
        answer(.requestTimeout, exchange)
    }

    private func timeOut(_ exchange: Exchange) {
        switch exchange.machine.phase {
        case .admitting where exchange.collection != nil && !exchange.machine.requestIsComplete:
            answer(.requestTimeout, exchange)
        case .admitting, .leasing:
            let wasQueued = exchange.isQueued
            giveUpUpstream(of: exchange)
            answer(Refusal(wasQueued ? .overloaded : .timeout), exchange)
        case .sending:
            // Unless the upstream does not take what the client sent, an unfinished request is the client's delay.
            let clientIsSlow = !exchange.machine.requestIsComplete && exchange.upstream?.isWritable ?? true
            exchange.upstream?.abandon()
            exchange.upstream = nil
            if !clientIsSlow { exchange.group?.failed(exchange) }
            answer(clientIsSlow ? .requestTimeout : Refusal(.timeout), exchange)
        case .responding where !isWritable && isTakingResponse():
            deadline = worker.coarseNow + worker.limits.stallTimeout
            return
        case .responding:
            exchange.upstream?.abandon()
            exchange.upstream = nil
            if isWritable { exchange.group?.failed(exchange) }
            exchange.result.fault = isWritable ? "the upstream's response stalled" : "the client stopped reading"
            cutOff(exchange)
        case .tunnelling:
            exchange.result.fault = "nothing was said on the WebSocket"
            endTunnel(exchange, .goingAway)
        case .answered, .settled: close()
        }
        progress()
    }
}
