import Glibc
internal import Synchronization
import Testing

/// How many requests are at a server at a time.
private final class Crowd: Sendable {
    private let state = Mutex((now: 0, most: 0))

    func enter() {
        state.withLock { state in
            state.now += 1
            state.most = max(state.most, state.now)
        }
    }

    func leave() { state.withLock { $0.now -= 1 } }

    var most: Int { state.withLock { $0.most } }
}

/// Servers with a limit, whose answers to `/held` wait for a gate.
private struct Limited {
    let servers: [ScriptedUpstream]
    let crowds: [Crowd]
    let stage: Stage
    let gate = Gate()

    init(_ settings: String, servers count: Int = 1, threads: Int = 2) throws {
        servers = try (0..<count).map { _ in try ScriptedUpstream() }
        crowds = servers.map { _ in Crowd() }
        let lines = servers.map { "server http://127.0.0.1:\($0.port)" }.joined(separator: "\n")
        stage = try Stage(
            GatewayConfiguration(
                upstream: "upstream app {\n\(lines)\n\(settings)\n}", routes: "* /** public",
                arguments: ["--threads", "\(threads)"]))
        for (index, server) in servers.enumerated() {
            let (crowd, gate) = (crowds[index], gate)
            server.script("/") { exchange in
                crowd.enter()
                switch exchange.request.target {
                case "/held": try gate.wait(within: .seconds(60))
                // Long enough that others would come meanwhile, if they could.
                case "/busy": poll(nil, 0, 3)
                default: break
                }
                // Before the answer: the next request may come as soon as the gateway has it.
                crowd.leave()
                try exchange.respond(body: "\(index)")
            }
        }
    }

    /// A request that stays under way until the gate opens, or waits to be.
    func hold() throws -> RawClient {
        let client = try stage.client()
        try client.send(Request(target: "/held").text)
        return client
    }

    func awaitHeld(_ count: Int) throws {
        try eventually("\(count) requests to arrive") { held == count }
    }

    func awaitWaiting(_ count: Int) throws {
        try eventually("\(count) requests to wait") {
            try stage.gateway.metric("gateway_upstream_waiting{upstream=\"app\"}") == count
        }
    }

    var held: Int { servers.map { $0.requests("/held").count }.reduce(0, +) }

    func end() throws {
        try stage.end()
        for server in servers {
            server.stopListening()
            #expect(server.faults == [])
        }
    }
}

extension Response {
    fileprivate var isOverload: Bool { outcome == "503 overloaded" && field("retry-after") == "1" }
}

@Suite("Limits of single servers")
struct ServerLimitWireTests {
    @Test("One too many is answered 503 at once where none may wait; when one is done there is room again")
    func noQueue() throws {
        let limited = try Limited("max-requests 2\nqueue off")
        let held = [try limited.hold(), try limited.hold()]
        try limited.awaitHeld(2)
        for _ in 0..<4 { #expect(try limited.stage.get("/x").isOverload) }
        limited.gate.open()
        for client in held { #expect(try client.response().status == 200) }
        for _ in 0..<4 { #expect(try limited.stage.get("/x").status == 200) }
        #expect(limited.crowds[0].most == 2)
        try limited.end()
    }

    @Test(
        "A few wait for room and are served when there is some, whatever event loop they are of; more are answered 503")
    func queue() throws {
        let limited = try Limited("max-requests 1\nqueue 3 for 1h", threads: 4)
        var clients = [try limited.hold()]
        try limited.awaitHeld(1)
        for count in 1...3 {
            clients.append(try limited.hold())
            try limited.awaitWaiting(count)
        }
        #expect(try limited.stage.get("/x").isOverload)
        #expect(limited.held == 1)
        limited.gate.open()
        for client in clients { #expect(try client.response().status == 200) }
        try limited.awaitWaiting(0)
        #expect(try limited.stage.get("/x").status == 200)
        #expect(limited.crowds[0].most == 1)
        try limited.end()
    }

    @Test("Who waits too long is answered 503, who goes away waits no more, and both make room in the queue")
    func leaving() throws {
        let limited = try Limited("max-requests 1\nqueue 1 for 200ms")
        let first = try limited.hold()
        try limited.awaitHeld(1)
        #expect(try limited.stage.get("/x").isOverload)
        try limited.awaitWaiting(0)
        limited.gate.open()
        #expect(try first.response().status == 200)
        try limited.end()

        let patient = try Limited("max-requests 1\nqueue 1 for 1h")
        let second = try patient.hold()
        try patient.awaitHeld(1)
        let third = try patient.hold()
        try patient.awaitWaiting(1)
        third.reset()
        try patient.awaitWaiting(0)
        let fourth = try patient.hold()
        try patient.awaitWaiting(1)
        patient.gate.open()
        #expect(try second.response().status == 200)
        #expect(try fourth.response().status == 200)
        #expect(patient.held == 2)
        try patient.end()
    }

    @Test("A server that is full is passed over as long as another is not")
    func several() throws {
        let limited = try Limited("max-requests 1\nqueue off", servers: 2)
        let held = try limited.hold()
        try limited.awaitHeld(1)
        let free = limited.servers[0].requests("/held").isEmpty ? 0 : 1
        for _ in 0..<6 { #expect(try limited.stage.get("/x").text == "\(free)") }
        let other = try limited.hold()
        try limited.awaitHeld(2)
        #expect(try limited.stage.get("/x").isOverload)
        limited.gate.open()
        for client in [held, other] { #expect(try client.response().status == 200) }
        try limited.end()
    }

    @Test("The limit is exact over all event loops, however many come at once, and nobody is forgotten in the queue")
    func exact() throws {
        let limited = try Limited("max-requests 3\nqueue 100 for 1h", threads: 4)
        let outcomes = Mutex<[Int]>([])
        for _ in 0..<24 {
            onThread {
                guard let client = try? limited.stage.client() else { return }
                for _ in 0..<25 {
                    try? client.send(Request(target: "/busy").text)
                    let status = (try? client.response())?.status ?? 0
                    outcomes.withLock { $0.append(status) }
                }
            }
        }
        try eventually("an answer for each", within: .seconds(60)) { outcomes.withLock { $0.count } == 600 }
        #expect(outcomes.withLock { $0.allSatisfy { $0 == 200 } })
        #expect(limited.crowds[0].most == 3)
        try limited.awaitWaiting(0)
        try limited.end()
    }

    @Test("A request that broke off, or that nobody waits for any more, makes room")
    func everyEnd() throws {
        let limited = try Limited("max-requests 1\nqueue off")
        limited.servers[0].script("/broken") { $0.close() }
        for _ in 0..<3 { #expect(try limited.stage.get("/broken").outcome == "502 upstream_invalid") }
        let gone = try limited.hold()
        try limited.awaitHeld(1)
        gone.reset()
        try eventually("room") { try limited.stage.get("/x").status == 200 }
        limited.gate.open()
        try limited.end()
    }
}
