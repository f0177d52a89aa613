internal import NIOCore

/// The life of a request, one step after the other. The gatekeeper's part (resolveTarget, matchRoute, authenticate,
/// checkRevocation, authorize) lies behind `admit`.
extension ClientConnection {
    // MARK: readHead

    /// A head is complete, or can't become one.
    func begin(_ exchange: Exchange, _ outcome: RequestHead.Outcome) {
        self.exchange = exchange
        forgetEnd()
        unsent = .max
        acknowledged.reset()
        exchange.client = self
        exchange.receivedAt = WallClock.nanoseconds()
        if worker.measuresDuration { exchange.startedAt = .now() }
        exchange.machine = Exchange.StateMachine(
            hasBody: exchange.head.framing != .none,
            closes: exchange.head.traits.contains(.closes) || worker.isDraining || worker.isLeaving || isTurnedAway
        )
        exchange.requestBody = BodyDecoder(exchange.head.framing)
        exchange.responseLines = listener.responseLines
        switch outcome {
        case .complete:
            input.moveReaderIndex(forwardBy: exchange.head.length)
            exchange.id.given = forwarding.isTrusted ? forwarding.requestID(for: exchange.head) : nil
            if let refusal = overload(exchange) { return answer(refusal, exchange) }
            if exchange.head.maxForwards == 0 { return answerOptions(exchange) }
            admit(exchange)
        case .asterisk:
            input.moveReaderIndex(forwardBy: exchange.head.length)
            answerOptions(exchange)
        case .connect: answer(.connect, exchange)
        case .malformed(let fault): answer(Refusal(fault), exchange)
        case .incomplete: close()
        }
    }

    // MARK: resolveTarget … authorize

    private func admit(_ exchange: Exchange) {
        if let port = listener.redirectPort { return redirect(exchange, to: port) }
        apply(worker.gatekeeper.admit(exchange), to: exchange)
    }

    /// The same target by https: 308, which keeps the method (RFC 9110 §15.4.9).
    private func redirect(_ exchange: Exchange, to port: Int) {
        let head = exchange.head
        guard let host = head.host, head.version == .http11 else { return answer(.redirectWithoutHost, exchange) }
        let name = HostField.name(of: head.string(host))
        let target = head.string(head.target.path.lowerBound..<head.target.query.upperBound)
        let authority = port == 443 ? name : "\(name):\(port)"
        answer(LocalResponse(status: 308, fieldLines: "Location: https://\(authority)\(target)\r\n"), exchange)
    }

    private func apply(_ admission: Admission, to exchange: Exchange) {
        switch admission {
        case .permitted(let passage): prepareUpstream(exchange, passage)
        case .refused(let refusal): answer(refusal, exchange)
        case .pending: deadline = worker.coarseNow + worker.limits.responseTimeout
        case .collecting(let collection): collect(collection, exchange)
        case .answered(let response): answer(response, exchange)
        }
    }

    /// A verdict that took a while. The client may have gone meanwhile, and its exchange with it.
    func admissionArrived(_ admission: Admission, for exchange: Exchange) {
        guard self.exchange === exchange, exchange.machine.phase == .admitting else { return }
        apply(admission, to: exchange)
        progress()
        worker.flush()
    }

    // MARK: prepareUpstream

    private func prepareUpstream(_ exchange: Exchange, _ passage: Passage) {
        // The settings changed while the verdict was awaited.
        guard passage.generation == worker.settings.generation else { return admit(exchange) }
        let group = worker.upstreams[passage.upstream]
        if let refusal = group.writer.refusal(of: exchange.head, passage) { return answer(refusal, exchange) }
        exchange.passage = passage
        exchange.group = group
        exchange.result.upstream = group.settings.name
        if passage.passesTrailers {
            exchange.requestBody = BodyDecoder(
                exchange.head.framing, trailers: .keep(worker.settings.requestFields))
        }
        exchange.machine.permitted()
        watchStanding(of: exchange)
        let isRepeatable = exchange.head.traits.contains(.isRepeatable)
        lease(exchange, from: group, isRepeatable ? .any : .recent)
    }

    // MARK: lease

    private func lease(_ exchange: Exchange, from group: UpstreamGroup, _ freshness: UpstreamPool.Freshness) {
        deadline = worker.coarseNow + worker.limits.responseTimeout
        exchange.leases += 1
        take(group.lease(for: exchange, freshness), for: exchange)
    }

    private func take(_ lease: UpstreamPool.Lease, for exchange: Exchange) {
        switch lease {
        case .connection(let upstream): leased(upstream, for: exchange)
        case .pending: return
        case .queued(let patience): deadline = worker.coarseNow + patience
        case .refused: answer(Refusal(.overloaded), exchange)
        }
    }

    /// A server has room.
    func queueEnded(_ lease: UpstreamPool.Lease, for exchange: Exchange) {
        guard self.exchange === exchange else { return }
        deadline = worker.coarseNow + worker.limits.responseTimeout
        take(lease, for: exchange)
        progress()
    }

    /// A connection is there; it was asked for by this exchange.
    func leased(_ upstream: UpstreamConnection, for exchange: Exchange) {
        guard self.exchange === exchange, let passage = exchange.passage else { return upstream.close() }
        exchange.upstream = upstream
        exchange.machine.leased()
        upstream.begin(exchange, passage, client: self)
    }

    func leaseFailed(_ fault: UpstreamFault, for exchange: Exchange) {
        guard self.exchange === exchange, exchange.machine.phase == .leasing else { return }
        if fault.isBeforeTheRequest { exchange.group?.failed(exchange) }
        // Nothing was sent yet, so another server of the upstream may be asked, whatever the method.
        if fault.isBeforeTheRequest, let group = exchange.group, exchange.leases < group.serverCount {
            return lease(exchange, from: group, .recent)
        }
        exchange.result.fault = fault.explanation
        answer(Refusal(fault), exchange)
        progress()
    }

    // MARK: exchange

    /// Sends the head that was put together, and of the body what is already here.
    func sendBody(_ exchange: Exchange, to upstream: UpstreamConnection, startingWith head: consuming ByteBuffer) {
        if exchange.machine.requestIsComplete {
            upstream.write(head)
            worker.giveScratch(head)
            requestSent(exchange)
        } else {
            moveRequestBody(exchange, to: upstream, startingWith: consume head)
        }
        resumeReading()
    }

    /// - Returns: false; what comes behind a request's body waits for its response.
    func moveRequestBody() -> Bool {
        if let exchange, exchange.machine.phase == .tunnelling {
            passTunnelled(exchange)
        } else if let exchange, !exchange.machine.requestIsComplete {
            if let upstream = exchange.upstream {
                moveRequestBody(exchange, to: upstream, startingWith: ByteBuffer())
            } else if exchange.collection != nil {
                collectBody(exchange)
            }
        }
        // A refused or finished exchange has left this phase, and then there is more to do.
        if case .exchanging = phase, exchange != nil { return false }
        return true
    }

    private func moveRequestBody(
        _ exchange: Exchange, to upstream: UpstreamConnection, startingWith out: consuming ByteBuffer
    ) {
        let encoding: BodyEncoding = exchange.head.framing == .chunked ? .chunked : .identity
        var pump = BodyPump(out: consume out, encoding: encoding)
        let limit = exchange.passage?.maxBody.map { $0 - exchange.requestOctets } ?? .max
        let outcome = pump.move(&exchange.requestBody, &input, limit: limit, to: upstream)
        worker.giveScratch(pump.spent)
        exchange.requestOctets += pump.octets
        switch outcome {
        case .needMore: bodyProgressed(exchange)
        case .end:
            exchange.machine.requestCompleted()
            if exchange.machine.phase == .sending { requestSent(exchange) }
        case .tooLarge: breakOff(exchange, .bodyTooLarge)
        case .malformed(let fault): breakOff(exchange, Refusal(fault))
        }
    }

    private func requestSent(_ exchange: Exchange) {
        let timeout = exchange.passage?.responseTimeout.map(TimeAmount.init) ?? worker.limits.responseTimeout
        deadline = worker.coarseNow + timeout
    }

    /// A stream's request that has no meaning in HTTP/1.1.
    func refuseHead(_ fault: RequestFault) {
        guard case .idle = phase else { return close() }
        phase = .exchanging
        begin(worker.makeExchange(), .malformed(fault))
    }

    /// What a stream sends is not the rest of its request.
    func refuseBody(_ fault: RequestFault) {
        guard let exchange, !exchange.machine.requestIsComplete else { return close() }
        breakOff(exchange, Refusal(fault))
        progress()
    }

    /// The request can't be completed: its upstream must not take what it got for the whole.
    private func breakOff(_ exchange: Exchange, _ refusal: Refusal) {
        let isAnswered = exchange.machine.phase == .responding
        exchange.upstream?.abandon()
        exchange.upstream = nil
        if isAnswered {
            cutOff(exchange)
        } else {
            var refusal = refusal
            refusal.closes = true
            answer(refusal, exchange)
        }
    }

    /// Part of the response went to the client, and there is nothing in sight of the rest.
    func responseProgressed() {
        if let exchange { watchStanding(of: exchange) }
        deadline = worker.coarseNow + (isWritable ? worker.limits.responseStallTimeout : worker.limits.stallTimeout)
    }

    // MARK: settle

    /// The whole response was written.
    func responseEnded(_ exchange: Exchange) {
        guard self.exchange === exchange else { return }
        let fate = exchange.machine.responseEnded()
        settle(exchange)
        proceed(fate)
    }

    private func proceed(_ fate: Exchange.StateMachine.ClientFate) {
        switch fate {
        case .next:
            becomeIdle()
            resumeReading()
            if input.readableBytes > 0 || inputIsClosed { progress() }
        case .close: closeWhenWritten()
        case .linger: closeWhenWritten(lingers: true)
        }
    }

    /// The exchange is over, however it ended.
    func settle(_ exchange: Exchange) {
        self.exchange = nil
        watch = .distantFuture
        exchange.upstream = nil
        exchange.group?.release(exchange)
        if let place = exchange.place { worker.load.requests.leave(place) }
        exchange.place = nil
        record(exchange)
        exchange.client = nil
        worker.takeBack(exchange)
    }

    /// Nothing came back: from a connection that had been idle, which the upstream was closing, or from one of several
    /// servers, of which another is asked.
    func retry(_ exchange: Exchange) {
        guard let group = exchange.group else { return close() }
        lease(exchange, from: group, .new)
    }

    // MARK: record

    func clientAddress(of exchange: Exchange) -> String {
        origin(of: exchange).address
    }

    /// Read once a request.
    func origin(of exchange: Exchange) -> ForwardedOrigin {
        if let origin = exchange.origin { return origin }
        let origin = forwarding.origin(of: exchange.head)
        exchange.origin = origin
        return origin
    }

    private func record(_ exchange: Exchange) {
        guard let recorder = worker.recorder else { return }
        if worker.measuresDuration { exchange.result.duration = .now() - exchange.startedAt }
        recorder.record(exchange)
    }
}
