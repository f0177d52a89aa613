package import NIOCore

/// The life of a request, one step after the other. The gatekeeper's part (resolveTarget, matchRoute, authenticate,
/// checkRevocation, authorize) lies behind `admit`.
extension Exchange {
    // MARK: readHead

    /// A head is complete, or can't become one.
    package func begin(for client: any ClientSide, _ outcome: RequestHead.Outcome) {
        start(for: client, hasBody: head.framing != .none, closes: head.traits.contains(.closes) || client.isTurnedAway)
        if machine.hadBody { requestBody = BodyDecoder(head.framing) }
        switch outcome {
        case .complete:
            id.given = client.forwarding.isTrusted ? client.forwarding.requestID(for: head) : nil
            if let refusal = overload(client) { return answer(refusal) }
            if head.maxForwards == 0 { return answerOptions() }
            admit()
        case .asterisk: answerOptions()
        case .connect: answer(.connect)
        case .malformed(let fault): answer(Refusal(fault))
        case .incomplete: answer(.requestTimeout)
        }
    }

    private func start(for client: any ClientSide, hasBody: Bool, closes: Bool) {
        self.client = client
        receivedAt = WallClock.nanoseconds()
        if services.measuresDuration { startedAt = .now() }
        machine = StateMachine(hasBody: hasBody, closes: closes || loop.isDraining || loop.isLeaving)
        responseLines = client.responseLines
    }

    // MARK: resolveTarget … authorize

    private func admit() {
        if let port = client?.redirectPort { return redirect(to: port) }
        apply(services.gatekeeper.admit(self))
    }

    /// The same target by https: 308, which keeps the method (RFC 9110 §15.4.9).
    private func redirect(to port: Int) {
        guard let host = head.host, head.version == .http11 else { return answer(.redirectWithoutHost) }
        let name = HostField.name(of: head.string(host))
        let target = head.string(head.target.path.lowerBound..<head.target.query.upperBound)
        let authority = port == 443 ? name : "\(name):\(port)"
        answer(LocalResponse(status: 308, fieldLines: "Location: https://\(authority)\(target)\r\n"))
    }

    private func apply(_ admission: consuming Admission) {
        switch consume admission {
        case .permitted(let passage): prepareUpstream(passage)
        case .refused(let refusal): answer(refusal)
        case .pending: wait(loop.limits.responseTimeout)
        case .collecting(let collection): collect(collection)
        case .answered(let response): answer(response)
        }
    }

    /// The verdict on a request that was `.pending`. A request whose client has gone is no longer waiting for one.
    package func resolve(_ admission: Admission) {
        guard let client, machine.phase == .admitting else { return }
        apply(admission)
        client.progress()
        loop.flush()
    }

    // MARK: prepareUpstream

    private func prepareUpstream(_ passage: consuming Passage) {
        // The settings changed while the verdict was awaited.
        guard passage.generation == services.settings.generation else { return admit() }
        let servers = services.upstreams[passage.upstream]
        if let refusal = servers.refusal(of: head, passage) { return answer(refusal) }
        let passesTrailers = passage.passesTrailers
        self.passage = consume passage
        self.servers = servers
        result.upstream = servers.name
        if passesTrailers, machine.hadBody {
            requestBody = BodyDecoder(head.framing, trailers: .keep(services.settings.requestFields))
        }
        machine.permitted()
        watchStanding()
        lease(from: servers, head.traits.contains(.isRepeatable) ? .any : .recent)
    }

    // MARK: lease

    private func lease(from servers: any UpstreamServers, _ freshness: UpstreamLease.Freshness) {
        wait(loop.limits.responseTimeout)
        attempt.leases += 1
        take(servers.lease(for: self, isFirst: attempt.leases == 1, freshness))
    }

    private func take(_ lease: consuming UpstreamLease) {
        switch consume lease {
        case .connection(let upstream): leased(upstream)
        case .pending: return
        case .queued(let patience): wait(patience)
        case .refused: answer(Refusal(.overloaded))
        }
    }

    // MARK: exchange

    /// Sends the head and of the body what is already here.
    private func send(to upstream: any UpstreamSide, for client: any ClientSide) {
        guard let out = upstream.begin(self, passesTrailers: passage?.passesTrailers ?? false) else {
            return upstreamFailed(.invalid(.closedEarly), connectionWasReused: true, receivedNothing: true)
        }
        if machine.requestIsComplete {
            upstream.write(out)
            loop.giveScratch(out)
            requestSent()
        } else {
            moveRequestBody(to: upstream, for: client, startingWith: out)
        }
        client.resumeReading()
    }

    /// Takes what the client's side has of the request's body, or of a WebSocket. What comes behind the body waits for the
    /// response.
    package func takeInput() {
        guard let client else { return }
        if tunnel != nil {
            passTunnelled()
        } else if !machine.requestIsComplete {
            if let upstream {
                moveRequestBody(to: upstream, for: client, startingWith: ByteBuffer())
            } else if collection != nil {
                collectBody()
            }
        }
    }

    /// Whether the client's side is to keep what it has, and to read no more.
    ///
    /// - Parameter octets: how many it has.
    package func holdsInput(of octets: Int) -> Bool {
        if let tunnel { return tunnel.closeCode != nil || !(upstream?.isWritable ?? true) }
        if !machine.requestIsComplete {
            if let upstream { return !upstream.isWritable }
            if collection != nil { return false }
        }
        return octets >= EngineLimits.readAhead
    }

    private func moveRequestBody(
        to upstream: any UpstreamSide, for client: any ClientSide, startingWith out: consuming ByteBuffer
    ) {
        let encoding: BodyEncoding = head.framing == .chunked ? .chunked : .identity
        var pump = BodyPump(out: consume out, encoding: encoding)
        let limit = passage?.maxBody.map { $0 - requestOctets } ?? .max
        let outcome = pump.move(&requestBody, &client.input, limit: limit, to: upstream)
        loop.giveScratch(pump.spent)
        requestOctets += pump.octets
        switch outcome {
        case .needMore: bodyProgressed()
        case .end:
            machine.requestCompleted()
            if machine.phase == .sending { requestSent() }
        case .tooLarge: breakOff(.bodyTooLarge)
        case .malformed(let fault): breakOff(Refusal(fault))
        }
    }

    private func requestSent() {
        wait(passage?.responseTimeout.map(TimeAmount.init) ?? loop.limits.responseTimeout)
    }

    /// What progresses has so long from now.
    func wait(_ time: TimeAmount) { deadlines.progress = loop.coarseNow + time }

    // MARK: settle

    /// The exchange is over, however it ended.
    func settle() {
        machine.settled()
        upstream = nil
        servers?.release(self)
        if let place { services.load.requests.leave(place) }
        place = nil
        record()
        client = nil
        services.takeBack(self)
    }

    /// The exchange is over, and the client's side goes on.
    func end(_ fate: ClientFate) {
        guard let client else { return }
        settle()
        client.exchangeEnded(fate)
    }

    private func record() {
        guard let recorder = services.recorder else { return }
        if services.measuresDuration { result.duration = .now() - startedAt }
        recorder.record(self)
    }
}

// MARK: The upstream's side

extension Exchange: UpstreamUser {
    package var awaitsConnection: Bool { client != nil && machine.phase == .leasing }
    package var isWritable: Bool { client?.isWritable ?? true }

    package func write(_ buffer: ByteBuffer) { client?.write(buffer) }

    package func upstreamBecameWritable() { client?.resumeReading() }

    /// A server has room.
    package func queueEnded(_ lease: UpstreamLease) {
        guard let client else { return }
        wait(loop.limits.responseTimeout)
        take(lease)
        client.progress()
    }

    package func leased(_ upstream: any UpstreamSide) {
        guard let client, machine.phase == .leasing else { return upstream.abandon() }
        self.upstream = upstream
        machine.leased()
        send(to: upstream, for: client)
    }

    package func leaseFailed(_ fault: UpstreamFault) {
        guard let client, machine.phase == .leasing else { return }
        if fault.isBeforeTheRequest { servers?.failed(attempt) }
        // Nothing was sent yet, so another server of the upstream may be asked, whatever the method.
        if fault.isBeforeTheRequest, let servers, attempt.leases < servers.serverCount {
            return lease(from: servers, .recent)
        }
        result.fault = fault.explanation
        answer(Refusal(fault))
        client.progress()
    }

    package func writeHead(
        with writer: UpstreamRequestWriter, to server: UpstreamSettings.Server, _ out: inout ByteBuffer
    ) {
        guard let client, let passage else { return }
        writer.write(head, id: id, passage, server: server, forwarding: client.forwarding, to: &out)
    }

    /// Interim responses go to clients that can understand them (RFC 9110 §15.2).
    package func interimResponse(_ response: ResponseHead) {
        guard let client, head.version == .http11 else { return }
        var out = ByteBuffer()
        ResponseWriter.writeHead(response, encoding: .identity, closes: false, to: &out)
        client.write(out)
    }

    package func responseBegan(_ response: ResponseHead, to out: inout ByteBuffer) -> BodyEncoding {
        let encoding = Self.encoding(of: response.framing, for: head.version)
        result.status = response.status
        machine.responseBegan()
        if head.version == .http10 { endsWithConnection = response.framing.hasNoLength }
        if !machine.requestIsComplete || loop.isDraining || loop.isLeaving { machine.closeAfterwards() }
        ResponseWriter.writeHead(
            response, encoding: encoding, closes: machine.mustClose, added: responseLines,
            rewriting: response.namesPaths ? rewriting : nil, date: response.hasDate ? [] : loop.dateLine(), to: &out)
        return encoding
    }

    /// What becomes of the paths that the response names.
    private var rewriting: (rules: ResponseRewriting, request: ResponseRewriting.Request)? {
        guard let rules = servers?.rewriting else { return nil }
        return (
            rules,
            ResponseRewriting.Request(
                host: head.host.map { Array(head.string($0).utf8) },
                outerPrefix: client?.forwarding.prefix(for: head).map { Array($0.utf8) } ?? [])
        )
    }

    /// A body that ends with the upstream's connection is chunked for a client that can read it, so that a lost
    /// connection does not look like its end.
    private static func encoding(of framing: BodyFraming, for version: HTTPVersion) -> BodyEncoding {
        switch framing {
        case .none, .length: .identity
        case .chunked, .untilClose: version == .http11 ? .chunked : .identity
        }
    }

    package func responseProgressed(_ octets: Int) {
        result.responseOctets += octets
        clientMayTakeMore()
    }

    package func responseIsWhole(_ octets: Int) -> Bool {
        result.responseOctets += octets
        return machine.requestIsComplete
    }

    package func bodyEndedWithConnection(_ encoding: BodyEncoding) {
        if case .chunked = encoding {
            client?.write(ByteBuffer(staticString: BodyEncoding.lastChunk))
        } else {
            machine.closeAfterwards()
        }
    }

    package func responseEnded() {
        guard client != nil else { return }
        upstream = nil
        servers?.succeeded(attempt)
        switch machine.responseEnded() {
        case .next: end(.next(behind: nil))
        case .close: end(.close)
        case .linger: end(.linger(by: deadlines.end))
        }
    }

    /// Part of the response went to the client, and there is nothing in sight of the rest.
    private func clientMayTakeMore() {
        watchStanding()
        wait(isWritable ? loop.limits.responseStallTimeout : loop.limits.stallTimeout)
    }

    /// The client has taken enough of what was written for it.
    package func clientBecameWritable() {
        if machine.phase == .responding { clientMayTakeMore() }
        upstream?.resumeReading()
    }

    package func upstreamFailed(_ fault: UpstreamFault, connectionWasReused: Bool, receivedNothing: Bool) {
        guard client != nil else { return }
        upstream = nil
        // A kept connection may be closed at any time.
        if !(connectionWasReused && receivedNothing) { servers?.failed(attempt) }
        switch machine.upstreamFailed(
            isRepeatable: head.traits.contains(.isRepeatable), connectionWasReused: connectionWasReused,
            receivedNothing: receivedNothing, hasAnotherServer: attempt.leases < servers?.serverCount ?? 0)
        {
        case .retry:
            // From a connection that had been idle, which the upstream was closing, or from one of several servers, of which
            // another is asked.
            if let servers, servers.spendRetry() { return lease(from: servers, .new) }
            refuse(fault, "\(fault.explanation); too many requests were sent again lately")
        case .answer: refuse(fault, fault.explanation)
        case .abort:
            result.fault = fault.explanation
            cutOff()
        case .ignore: return
        }
    }

    private func refuse(_ fault: UpstreamFault, _ explanation: String) {
        let client = client
        result.fault = explanation
        answer(Refusal(fault))
        client?.progress()
    }
}
