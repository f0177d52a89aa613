internal import NIOCore

/// What happens when an exchange does not end with the upstream's response.
extension Exchange {
    /// The gateway answers itself.
    func answer(_ refusal: Refusal) {
        let fate = machine.answered(
            bodyIsSkippable: !refusal.closes && canSkipBody, closes: refusal.closes || loop.isDraining)
        var out = ByteBuffer()
        result.status = refusal.status
        result.code = refusal.code
        if result.fault == nil, refusal.message != refusal.title { result.fault = refusal.message }
        result.responseOctets = ProblemDocument.write(
            refusal, id: id, isHead: head.traits.contains(.isHead), closes: machine.mustClose, date: loop.dateLine(),
            added: responseLines, to: &out)
        client?.write(out)
        endAnswered(fate)
    }

    func answer(_ response: LocalResponse) {
        let fate = machine.answered(bodyIsSkippable: canSkipBody, closes: loop.isDraining)
        result.status = response.status
        var out = ByteBuffer()
        result.responseOctets = response.write(
            id: id, isHead: head.traits.contains(.isHead), closes: machine.mustClose, date: loop.dateLine(),
            added: responseLines, to: &out)
        client?.write(out)
        endAnswered(fate)
    }

    /// `OPTIONS *` asks about the server as a whole, and one with `Max-Forwards: 0` about this one (RFC 9110 §7.6.2), so it
    /// needs no permit and reaches no upstream.
    func answerOptions() {
        let fate = machine.answered(bodyIsSkippable: canSkipBody, closes: loop.isDraining)
        result.status = 204
        var out = ByteBuffer(
            staticString: "HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n")
        out.writeBytes(loop.dateLine())
        if machine.mustClose { out.writeStaticString("Connection: close\r\n") }
        out.writeStaticString("\r\n")
        client?.write(out)
        endAnswered(fate)
    }

    private func endAnswered(_ fate: StateMachine.ClientFate) {
        switch fate {
        case .next: end(.next(behind: machine.requestIsComplete ? nil : requestBody))
        case .close: end(.close)
        case .linger: end(.linger(by: deadlines.end))
        }
    }

    /// Whether reading the refused request's body is worth the connection. A client that waits for `100 (Continue)` may
    /// or may not send it, so nobody can say where the next request would begin.
    private var canSkipBody: Bool {
        guard !head.traits.contains(.expectsContinue) else { return false }
        switch head.framing {
        case .none: return true
        case .length(let length): return length <= EngineLimits.lingerOctets && upstream == nil
        case .chunked, .untilClose: return false
        }
    }

    /// The request can't be completed: its upstream must not take what it got for the whole.
    func breakOff(_ refusal: Refusal) {
        let isAnswered = machine.phase == .responding
        abandonUpstream()
        if isAnswered {
            cutOff()
        } else {
            var refusal = refusal
            refusal.closes = true
            answer(refusal)
        }
    }

    /// The response can't be completed and must not look complete: where the end of the connection would be the end of
    /// the body, the connection is reset.
    func cutOff() {
        result.isTruncated = true
        end(endsWithConnection ? .abort : .close)
    }

    /// The client is gone, or is about to be.
    package func abandon() {
        giveUpUpstream()
        result.isTruncated = machine.phase == .responding
        // A client that leaves a WebSocket has ended it.
        if machine.phase != .tunnelling, result.status == 0 { result.code = "client_gone" }
        settle()
    }

    /// Nobody waits any more for the connection, or for what comes over it.
    private func giveUpUpstream() {
        if machine.phase == .leasing { servers?.cancel(self) }
        abandonUpstream()
    }

    func abandonUpstream() {
        upstream?.abandon()
        upstream = nil
    }

    /// The client sends no more. One that sent all of its requests may close its side and still wait for the responses.
    ///
    /// - Returns: whether nothing is left to do for it.
    package func clientInputEnded() -> Bool {
        if tunnel != nil {
            upstream?.closeOutput()
            return false
        }
        return !machine.requestIsComplete
    }

    /// The gateway stops: no further request behind this one.
    package func drain() {
        if tunnel != nil { endTunnel(.goingAway) } else { machine.closeAfterwards() }
    }

    // MARK: Time

    /// What was awaited did not come.
    package func timeOut() {
        guard let client else { return }
        deadlines.progress = .distantFuture
        switch machine.phase {
        case .admitting where collection != nil && !machine.requestIsComplete: answer(.requestTimeout)
        case .admitting, .leasing:
            let wasQueued = attempt.isQueued
            giveUpUpstream()
            answer(Refusal(wasQueued ? .overloaded : .timeout))
        case .sending:
            // Unless the upstream does not take what the client sent, an unfinished request is the client's delay.
            let clientIsSlow = !machine.requestIsComplete && upstream?.isWritable ?? true
            abandonUpstream()
            if !clientIsSlow { servers?.failed(attempt) }
            answer(clientIsSlow ? .requestTimeout : Refusal(.timeout))
        case .responding where !client.isWritable && client.isTakingResponse(): return wait(loop.limits.stallTimeout)
        case .responding:
            abandonUpstream()
            if client.isWritable { servers?.failed(attempt) }
            result.fault = client.isWritable ? "the upstream's response stalled" : "the client stopped reading"
            cutOff()
        case .tunnelling:
            result.fault = "nothing was said on the WebSocket"
            endTunnel(.goingAway)
        case .answered, .settled: end(.abort)
        }
        client.progress()
    }
}
