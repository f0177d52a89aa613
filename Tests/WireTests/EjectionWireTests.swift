import Glibc
internal import Synchronization
internal import TestSupport
import Testing

/// Two servers, of which the first breaks off without an answer as long as it is told to.
private final class Pair: Sendable {
    let servers: [ScriptedUpstream]
    let stage: Stage
    private let isBroken = Mutex<Set<Int>>([])

    init(_ settings: String, broken: Set<Int> = [0]) throws {
        servers = [try ScriptedUpstream(), try ScriptedUpstream()]
        let lines = servers.map { "server http://127.0.0.1:\($0.port)" }.joined(separator: "\n")
        stage = try Stage(
            GatewayConfiguration(upstream: "upstream app {\n\(lines)\n\(settings)\n}", routes: "* /** public"))
        isBroken.withLock { $0 = broken }
        for (index, server) in servers.enumerated() {
            server.script("/") { [weak self] exchange in
                if self?.isBroken.withLock({ $0.contains(index) }) ?? true { return exchange.close() }
                try exchange.respond(body: "\(index)")
            }
        }
    }

    func repair() { isBroken.withLock { $0 = [] } }

    /// A request that may not be sent to the other server when the first gives no answer.
    func post() throws -> Response { try stage.send(Request(method: "POST", target: "/x", body: "x")) }

    /// How many requests each server had.
    var counts: [Int] { servers.map { $0.requests("/").count } }

    func end() throws {
        try stage.end()
        for server in servers { server.stopListening() }
    }
}

@Suite("Servers that give no answer")
struct EjectionWireTests {
    @Test("So many failures in a row, and a server gets no request until its time is over; a reload changes nothing")
    func ejected() throws {
        let pair = try Pair("eject 3 for 1h")
        var outcomes: [String] = []
        for _ in 0..<20 { outcomes.append(try pair.post().outcome) }
        #expect(outcomes.count { $0 == "502 upstream_invalid" } == 3)
        #expect(outcomes.suffix(14).allSatisfy { $0.hasPrefix("200") }, "\(outcomes)")
        #expect(pair.counts == [3, 17])
        pair.stage.gateway.signal(SIGHUP)
        try eventually("the reload") { pair.stage.gateway.standardError.contains("are in force") }
        for _ in 0..<6 { #expect(try pair.post().status == 200) }
        #expect(pair.counts == [3, 23])
        #expect(pair.stage.gateway.standardError.ranges(of: "several times in a row").count == 1)
        try pair.end()
    }

    @Test("When its time is over it is tried, and an answer brings it back")
    func back() throws {
        let pair = try Pair("eject 2 for 200ms")
        for _ in 0..<8 { _ = try pair.post() }
        pair.repair()
        try eventually("the server to be back") {
            _ = try pair.post()
            return pair.stage.gateway.standardError.contains("answers again")
        }
        let before = pair.counts
        for _ in 0..<6 { #expect(try pair.post().status == 200) }
        #expect(pair.counts == before.map { $0 + 3 })
        try pair.end()
    }

    @Test("When all are out, all are used")
    func allOut() throws {
        let pair = try Pair("eject 1 for 1h", broken: [0, 1])
        for _ in 0..<10 { #expect(try pair.post().outcome == "502 upstream_invalid") }
        #expect(pair.counts == [5, 5])
        try pair.end()
    }

    @Test("Off: a server that gives no answer keeps its turn")
    func off() throws {
        let pair = try Pair("eject off")
        for _ in 0..<20 { _ = try pair.post() }
        #expect(pair.counts == [10, 10])
        try pair.end()
    }

    @Test("A server where nobody listens is ejected, and no request is lost, whatever the method")
    func unreachable() throws {
        let server = try ScriptedUpstream()
        let stage = try Stage(
            GatewayConfiguration(
                upstream: """
                    upstream app http://127.0.0.1:\(try ReservedPort.untilTheEnd()) {
                        server http://127.0.0.1:\(server.port)
                    }
                    """, routes: "* /** public"))
        for index in 0..<16 {
            let request = Request(
                method: index % 2 == 0 ? "GET" : "POST", target: "/x", body: index % 2 == 0 ? nil : "x")
            #expect(try stage.send(request).status == 200)
        }
        #expect(server.requests("/x").count == 16)
        try stage.waitForLog("several times in a row")
        try stage.end()
        server.stopListening()
    }

    @Test("Answers of any status are answers")
    func statuses() throws {
        let pair = try Pair("eject 1 for 1h", broken: [])
        for server in pair.servers { server.script("/500") { try $0.respond("500 Oops") } }
        for _ in 0..<10 { #expect(try pair.stage.get("/500").status == 500) }
        #expect(pair.counts == [5, 5])
        try pair.end()
    }
}

@Suite("Balance")
struct BalanceWireTests {
    @Test("Least requests: a server that is busy gets none while the other is idle, and its share when it is done")
    func leastRequests() throws {
        let pair = try Pair("balance least-requests", broken: [])
        let gate = Gate()
        for server in pair.servers {
            server.script("/hold") { exchange in
                try gate.wait()
                try exchange.respond(body: "held")
            }
        }
        let slow = try pair.stage.client()
        try slow.send(Request(target: "/hold").text)
        try eventually("the slow request to arrive") { pair.counts.reduce(0, +) == 1 }
        let busy = pair.counts[0] == 1 ? 0 : 1
        for _ in 0..<6 { #expect(try pair.stage.get("/x").text == "\(1 - busy)") }
        gate.open()
        #expect(try slow.response().text == "held")
        try eventually("the other to be used again") { try pair.stage.get("/x").text == "\(busy)" }
        try pair.end()
    }
}
