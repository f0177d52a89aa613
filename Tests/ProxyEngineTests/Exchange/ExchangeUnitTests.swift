import NIOCore
import ProxyEngine
import Testing

/// The exchange itself, without sockets.
@Suite("An exchange between sides that do what the test says")
struct ExchangeUnitTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let post = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
    private static let refusal = Refusal(
        status: 401, code: "token_expired", title: "Expired", message: "the token has expired", source: .client)

    @Test(
        "In every order of events nothing is sent twice, no broken response looks whole, and everything is given back")
    func orders() {
        let ground = ExchangeWorld.Ground()
        Sequences.run(Sequences.orders) { generator in
            var trial = ExchangeTrial(on: ground, &generator)
            return trial.run(&generator)
        }
    }

    /// A permitted request on a connection.
    private func begun(_ head: String, _ ground: ExchangeWorld.Ground = .init()) -> (ExchangeWorld, ScriptedUpstream) {
        let (world, upstream) = (ExchangeWorld(head, on: ground), ScriptedUpstream())
        world.servers.leases = [.connection(upstream)]
        world.exchange.resolve(.permitted(ground.passage))
        return (world, upstream)
    }

    private func respond(_ world: ExchangeWorld, _ text: String) {
        let response = ResponseHead()
        _ = response.read(
            ByteBuffer(string: text), isHead: false, catalogue: FieldCatalogue.response(), limits: EngineLimits())
        var out = ByteBuffer()
        _ = world.exchange.responseBegan(response, to: &out)
        world.exchange.write(out)
    }

    @Test("A permitted request is sent with its body, and its response ends it")
    func forwarded() {
        let (world, upstream) = begun(Self.post)
        world.client.input.writeString("abcd")
        world.client.progress()
        respond(world, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        world.exchange.write(ByteBuffer(string: "ok"))
        let wasSent = world.exchange.responseIsWhole(2)
        world.exchange.responseEnded()
        #expect(wasSent && String(decoding: upstream.body, as: UTF8.self) == "abcd")
        #expect(world.client.finalHeads == ["HTTP/1.1 200 OK"] && world.servers.successes == 1)
        guard case .next(behind: nil)? = world.client.fate else {
            Issue.record("\(String(describing: world.client.fate))"); return
        }
    }

    @Test("A verdict by older settings is not used: the request is judged anew")
    func oldVerdict() {
        let ground = ExchangeWorld.Ground()
        let world = ExchangeWorld(Self.get, on: ground)
        let old = ground.passage
        ground.reload(world.servers)
        ground.gatekeeper.verdicts = [.refused(Self.refusal)]
        world.exchange.resolve(.permitted(old))
        #expect(world.servers.asked == 0 && world.client.finalHeads == ["HTTP/1.1 401 Unauthorized"])
    }

    @Test("A verdict that comes when the client has gone changes nothing")
    func lateVerdict() {
        let ground = ExchangeWorld.Ground()
        let world = ExchangeWorld(Self.get, on: ground)
        world.loseClient()
        world.exchange.resolve(.permitted(ground.passage))
        #expect(world.servers.asked == 0 && world.client.output.isEmpty && ground.recorder.records.count == 1)
    }

    @Test("A connection that comes for nobody is abandoned, and gets nothing of the request")
    func lateConnection() {
        let ground = ExchangeWorld.Ground()
        let (world, upstream) = (ExchangeWorld(Self.get, on: ground), ScriptedUpstream())
        world.exchange.resolve(.permitted(ground.passage))
        world.loseClient()
        world.exchange.leased(upstream)
        #expect(upstream.isAbandoned && upstream.begins == 0 && world.servers.cancels == 1)
    }

    @Test("An upload's permission is asked about from the lease on, and its end is the request's")
    func uploadExpires() {
        let ground = ExchangeWorld.Ground()
        let (world, upstream) = (ExchangeWorld(Self.post, on: ground), ScriptedUpstream())
        world.exchange.standing = ground
        world.servers.leases = [.connection(upstream)]
        world.exchange.resolve(.permitted(ground.passage))
        let isWatched = world.exchange.deadlines.watch < .distantFuture
        world.exchange.standingDue()
        ground.gatekeeper.takeRecheck()?(Self.refusal)
        #expect(isWatched && upstream.isAbandoned && world.client.finalHeads == ["HTTP/1.1 401 Unauthorized"])
    }

    @Test("What a WebSocket may still send ends at a time that nothing moves")
    func tunnelEnd() {
        let ground = ExchangeWorld.Ground()
        let head =
            "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        let (world, upstream) = begun(head, ground)
        let response = ResponseHead()
        _ = response.read(
            ByteBuffer(string: "HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), isHead: false,
            catalogue: FieldCatalogue.response(), limits: EngineLimits())
        world.exchange.tunnelBegan(response)
        // A frame of five octets, of which one is here.
        world.exchange.receivedTunnelled(ByteBuffer(bytes: [0x82, 0x05, 0x61]))
        world.exchange.drain()
        let end = world.exchange.deadlines.end
        world.exchange.receivedTunnelled(ByteBuffer(bytes: [0x62]))
        world.client.input.writeString("x")
        world.client.progress()
        #expect(end < .distantFuture && world.exchange.deadlines.end == end)
        // The gateway's own Close frame to the server, and nothing of the client's behind it.
        #expect(upstream.body.first == 0x88 && !upstream.body.contains(0x78))
    }

    @Test("The body's last chunk is written once all of it has passed, and not when it broke off")
    func brokenOff() {
        let (world, upstream) = begun(Self.get)
        respond(world, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        world.exchange.write(ByteBuffer(string: "2\r\nxx\r\n"))
        world.exchange.responseProgressed(2)
        upstream.state = .over
        world.exchange.upstreamFailed(.invalid(.closedEarly), connectionWasReused: false, receivedNothing: false)
        #expect(!String(decoding: world.client.output, as: UTF8.self).contains("0\r\n\r\n"))
        #expect(world.ground.recorder.records.first?.isTruncated == true)
    }
}
