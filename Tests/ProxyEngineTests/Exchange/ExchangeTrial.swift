import NIOCore
import ProxyEngine

/// One exchange in a random order of events, and what a plain reading of the rules expects of it.
struct ExchangeTrial {
    private static let heads = [
        "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a HTTP/1.0\r\n\r\n", "POST /a HTTP/1.0\r\nContent-Length: 6\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n",
        "PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        "PUT /a HTTP/1.1\r\nHost: a\r\n\r\n", "POST /a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    ]
    private static let refusal = Refusal(
        status: 403, code: "role_required", title: "No", message: "no", source: .client)

    let world: ExchangeWorld
    private let head: String
    private var pieces: [String]
    private var sent = 0
    private var upstreams: [ScriptedUpstream] = []
    /// Of the response that is under way: what its head says.
    private var framing = ""
    private var announced = 0
    private var bodyOctets = 0
    private var upstreamFinished = false
    private var tunnel = false
    private var wasPermitted = false
    private var history: [String] = []

    private var isHTTP10: Bool { head.contains("HTTP/1.0") }
    private var isHead: Bool { head.hasPrefix("HEAD") }
    private var isRepeatable: Bool {
        pieces.isEmpty && (head.hasPrefix("GET") || head.hasPrefix("HEAD") || head.hasPrefix("PUT"))
    }

    init(on ground: ExchangeWorld.Ground, _ generator: inout SeededGenerator) {
        head = generator.element(of: Self.heads)
        if head.contains("chunked") {
            pieces = ["3\r\nabc\r\n", "3\r", "\ndef\r\n", "0\r\n\r\n"]
        } else {
            pieces = head.contains("Content-Length") ? ["ab", "cd", "ef"] : []
        }
        world = ExchangeWorld(head, on: ground)
        world.servers.serverCount = generator.oneIn(3) ? 2 : 1
        world.servers.grantsRetries = !generator.oneIn(4)
        if generator.oneIn(2) { ground.gatekeeper.standing = ground }
    }

    /// - Returns: what was wrong.
    mutating func run(_ generator: inout SeededGenerator) -> String? {
        for _ in 0..<28 where !world.isOver && world.objection == nil { step(&generator) }
        if !world.isOver { note("lost") { $0.world.loseClient() } }
        check()
        return world.objection.map { "\($0); \(head.prefix(24)) \(history)" }
    }

    private mutating func note(_ event: String, _ what: (inout ExchangeTrial) -> Void) {
        history.append(event)
        what(&self)
    }

    // MARK: Events

    private mutating func step(_ generator: inout SeededGenerator) {
        let exchange = world.exchange
        switch generator.below(16) {
        case 0, 1: sendPiece()
        case 2 where generator.oneIn(4):
            note("half-closed") { if $0.world.exchange.clientInputEnded() { $0.world.loseClient() } }
        case 3 where generator.oneIn(4): note("lost") { $0.world.loseClient() }
        case 4:
            world.client.isWritable.toggle()
            if world.client.isWritable { exchange.clientBecameWritable() }
        case 5, 6: decide(&generator)
        case 7, 8: findConnection(&generator)
        case 9 where generator.oneIn(3):
            world.client.takesResponse = generator.oneIn(2)
            note("time") { $0.world.exchange.timeOut() }
        case 10:
            note("standing") { $0.world.exchange.standingDue() }
            if generator.oneIn(2) { answerRecheck(&generator) }
        case 11: answerRecheck(&generator)
        case 12 where generator.oneIn(5):
            note("drain") {
                $0.world.ground.loop.isDraining = true
                $0.world.exchange.drain()
            }
        case 13 where generator.oneIn(5): note("reload") { $0.world.ground.reload($0.world.servers) }
        default: upstreamActs(&generator)
        }
    }

    private mutating func sendPiece() {
        guard sent < pieces.count || tunnel else { return }
        let text = tunnel ? "\u{01}" : pieces[sent]
        note("piece") {
            if !$0.tunnel { $0.sent += 1 }
            $0.world.client.input.writeString(text)
            $0.world.client.progress()
        }
    }

    private mutating func decide(_ generator: inout SeededGenerator) {
        guard !wasPermitted else { return }
        switch generator.below(8) {
        case 0: note("refused") { $0.world.exchange.resolve(.refused(Self.refusal)) }
        case 1:
            note("answered") {
                $0.world.exchange.resolve(.answered(LocalResponse(status: 200, body: Array("{}".utf8))))
            }
        case 2:
            let exchange = world.exchange
            note("collect") {
                $0.world.exchange.resolve(
                    .collecting(
                        BodyCollection(limit: 5) { _ in exchange.resolve(.answered(LocalResponse(status: 204))) }))
            }
        default:
            // After a reload the old passage is not used: the request is judged anew.
            if generator.oneIn(4) { world.ground.gatekeeper.verdicts = [.refused(Self.refusal)] }
            let isOld = generator.oneIn(8)
            var passage = world.ground.passage
            if isOld { passage.generation -= 1 }
            if generator.oneIn(4) { prepareLease(&generator) }
            note(isOld ? "old permit" : "permit") {
                $0.wasPermitted = !isOld
                $0.world.exchange.resolve(.permitted(passage))
            }
        }
    }

    /// What the servers say when they are asked next.
    private mutating func prepareLease(_ generator: inout SeededGenerator) {
        switch generator.below(4) {
        case 0: world.servers.leases = [.refused]
        case 1: world.servers.leases = [.queued(.seconds(1))]
        default: world.servers.leases = [.connection(makeUpstream(&generator))]
        }
    }

    private mutating func makeUpstream(_ generator: inout SeededGenerator) -> ScriptedUpstream {
        let upstream = ScriptedUpstream()
        upstream.refusesToBegin = generator.oneIn(12)
        upstream.isWritable = !generator.oneIn(5)
        upstreams.append(upstream)
        return upstream
    }

    private mutating func findConnection(_ generator: inout SeededGenerator) {
        let wasQueued = world.servers.isQueued
        guard let user = world.servers.takeWaiting() else { return }
        switch generator.below(5) {
        case 0: note("no connection") { _ in user.leaseFailed(.unreachable("refused")) }
        case 1: note("no descriptor") { _ in user.leaseFailed(.exhausted) }
        default:
            let upstream = makeUpstream(&generator)
            if wasQueued {
                note("room") { _ in user.queueEnded(.connection(upstream)) }
            } else {
                note("leased") { _ in user.leased(upstream) }
            }
        }
    }

    private mutating func answerRecheck(_ generator: inout SeededGenerator) {
        guard let verdict = world.ground.gatekeeper.takeRecheck() else { return }
        let ends = generator.oneIn(2)
        note(ends ? "expired" : "still permitted") { _ in verdict(ends ? Self.refusal : nil) }
    }

    private mutating func upstreamActs(_ generator: inout SeededGenerator) {
        guard let upstream = upstreams.last(where: \.isUnderWay) else { return }
        let exchange = world.exchange
        if generator.oneIn(6) {
            upstream.isWritable.toggle()
            if upstream.isWritable { exchange.upstreamBecameWritable() }
            return
        }
        switch upstream.state {
        case .fresh, .over: return
        case .awaiting: respond(upstream, &generator)
        case .receiving: sendBody(upstream, &generator)
        case .whole:
            note("burst ends") {
                $0.upstreamFinished = true
                upstream.state = .over
                exchange.responseEnded()
            }
        case .tunnelling:
            if generator.oneIn(4) {
                note("tunnel ends") { _ in
                    upstream.state = .over
                    exchange.tunnelEnded()
                }
            } else {
                let frame = generator.oneIn(3) ? [0x82, 0x05, 0x61] : [0x82, 0x01, 0x61] as [UInt8]
                note("frame") { _ in exchange.receivedTunnelled(ByteBuffer(bytes: frame)) }
            }
        }
    }

    private func read(_ text: String) -> ResponseHead {
        let response = ResponseHead()
        _ = response.read(
            ByteBuffer(string: text), isHead: isHead, catalogue: FieldCatalogue.response(), limits: EngineLimits())
        return response
    }

    private mutating func respond(_ upstream: ScriptedUpstream, _ generator: inout SeededGenerator) {
        let exchange = world.exchange
        switch generator.below(8) {
        case 0: note("interim") { exchange.interimResponse($0.read("HTTP/1.1 103 Early Hints\r\n\r\n")) }
        case 1: fail(upstream, reused: true, receivedNothing: true)
        case 2: fail(upstream, reused: generator.oneIn(2), receivedNothing: generator.oneIn(2))
        case 3 where head.contains("websocket"):
            note("101") {
                $0.tunnel = true
                upstream.state = .tunnelling
                exchange.tunnelBegan(
                    $0.read(
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Accept: x\r\n\r\n"))
            }
        default:
            framing = generator.element(of: ["Content-Length: 4\r\n", "Transfer-Encoding: chunked\r\n", ""])
            announced = 4
            let text = "HTTP/1.1 200 OK\r\n\(framing)\r\n"
            note("head \(framing.prefix(9))") {
                upstream.state = .receiving
                var out = ByteBuffer()
                _ = exchange.responseBegan($0.read(text), to: &out)
                exchange.write(out)
                exchange.responseProgressed(0)
                if $0.isHead {
                    _ = exchange.responseIsWhole(0)
                    upstream.state = .whole
                }
            }
        }
    }

    private var isChunkedToClient: Bool { !framing.hasPrefix("Content-Length") && !isHTTP10 }

    private mutating func sendBody(_ upstream: ScriptedUpstream, _ generator: inout SeededGenerator) {
        let exchange = world.exchange
        if generator.oneIn(4) { return fail(upstream, reused: generator.oneIn(2), receivedNothing: false) }
        let isLast = framing.hasPrefix("Content-Length") ? bodyOctets == announced : generator.oneIn(2)
        guard isLast else {
            note("body") {
                $0.bodyOctets += 2
                exchange.write(ByteBuffer(string: $0.isChunkedToClient ? "2\r\nxx\r\n" : "xx"))
                exchange.responseProgressed(2)
            }
            return
        }
        if framing.isEmpty {
            note("input ends") {
                $0.upstreamFinished = true
                upstream.state = .over
                exchange.bodyEndedWithConnection($0.isHTTP10 ? .identity : .chunked)
                exchange.responseEnded()
            }
        } else {
            note("whole") {
                if $0.isChunkedToClient { exchange.write(ByteBuffer(string: "0\r\n\r\n")) }
                _ = exchange.responseIsWhole(0)
                upstream.state = .whole
            }
        }
    }

    private mutating func fail(_ upstream: ScriptedUpstream, reused: Bool, receivedNothing: Bool) {
        let exchange = world.exchange
        let mayRetry = receivedNothing && isRepeatable
        note("failed\(mayRetry ? ", nothing came" : "")") {
            upstream.state = .over
            if !mayRetry { $0.sealed = $0.sealed ?? $0.begun.count }
            exchange.upstreamFailed(
                .invalid(.closedEarly), connectionWasReused: reused, receivedNothing: receivedNothing)
        }
    }

    /// How often it had been sent when it became one that can't be sent again.
    private var sealed: Int?

    private var begun: [ScriptedUpstream] { upstreams.filter { $0.begins > 0 } }

    // MARK: Expectations

    private func check() {
        let (client, ground) = (world.client, world.ground)
        world.require(ground.recorder.records.count == 1, "it was recorded \(ground.recorder.records.count) times")
        world.require(client.ends == (client.isGone ? 0 : 1), "the client was told \(client.ends) ends")
        world.require(client.writesBehindTheEnd == 0, "something was written to the client behind the end")
        world.require(ground.gate.load.requests == 0, "it counts among the requests though it is over")
        world.require(world.servers.releases <= 1, "it was released \(world.servers.releases) times")
        world.require(world.servers.releases == (world.servers.asked > 0 ? 1 : 0), "its place at a server is kept")
        world.require(client.finalHeads.count <= 1, "\(client.finalHeads.count) final responses")
        for upstream in upstreams {
            world.require(upstream.begins <= 1, "a connection was begun \(upstream.begins) times")
            world.require(!upstream.isUnderWay, "a connection was left under way")
            world.require(upstream.writesBehindTheEnd == 0, "something was sent to a connection behind its end")
        }
        checkRequest()
        if !client.isGone { checkResponse() }
    }

    /// Nothing is sent twice, and what was sent is what the client said.
    private func checkRequest() {
        world.require(begun.count <= 2, "it was sent \(begun.count) times")
        world.require(begun.count < 2 || isRepeatable && begun.count <= sealed ?? .max, "it was sent twice")
        guard !tunnel else { return }
        let all = Array(pieces.prefix(sent).joined().utf8)
        for upstream in begun {
            let body = upstream.body
            if head.contains("chunked") {
                let isWhole = String(decoding: body, as: UTF8.self).hasSuffix("0\r\n\r\n")
                world.require(!isWhole || sent == pieces.count, "an unfinished request's body was ended")
            } else {
                world.require(all.starts(with: body), "other octets were sent than came")
            }
        }
    }

    private func checkResponse() {
        let (client, record) = (world.client, world.ground.recorder.records.first)
        guard !tunnel, world.isResponded, let record, record.status == 200,
            client.finalHeads.first?.contains("200 OK") == true,
            !framing.isEmpty || upstreams.contains(where: { $0.begins > 0 }), announced > 0
        else { return }
        let looksWhole = looksWhole(client.output)
        let isReset = if case .abort? = client.fate { true } else { false }
        if upstreamFinished {
            world.require(looksWhole && !isReset, "a whole response was broken off")
        } else {
            world.require(record.isTruncated, "a response that was broken off is recorded as whole")
            world.require(!looksWhole || isReset || bodyIsThere, "a response that was broken off looks whole")
        }
        if case .next? = client.fate {
            world.require(upstreamFinished, "the connection goes on behind half a response")
        }
    }

    /// All of its body has passed, if not its end: with a length, nobody could tell the difference.
    private var bodyIsThere: Bool {
        isHead || framing.hasPrefix("Content-Length") && bodyOctets == announced
            || upstreams.contains { $0.state == .whole } || wholeWasWritten
    }

    /// The last octets were written, and then the exchange ended otherwise.
    private var wholeWasWritten: Bool { history.contains("whole") }

    private func looksWhole(_ output: [UInt8]) -> Bool {
        let text = String(decoding: output, as: UTF8.self)
        guard let start = text.firstRange(of: "HTTP/1.1 200"),
            let end = text[start.lowerBound...].firstRange(of: "\r\n\r\n")
        else { return false }
        if isHead { return true }
        let body = text[end.upperBound...]
        if isChunkedToClient { return body.hasSuffix("0\r\n\r\n") }
        return framing.hasPrefix("Content-Length") ? body.utf8.count == announced : true
    }
}
