internal import Synchronization
internal import TestSupport
import Testing

/// An upstream that answers the first request of each connection, and closes it at the second.
private struct Fickle {
    let server: ScriptedUpstream
    let stage: Stage

    init(_ settings: String) throws {
        server = try ScriptedUpstream()
        let seen = ConnectionsSeen()
        server.script("/x") { exchange in
            try exchange.readBody()
            guard seen.isFirst(on: exchange.request.connection) else { return exchange.close() }
            try exchange.respond(body: "ok")
        }
        stage = try Stage(
            GatewayConfiguration(
                upstream: "upstream app http://127.0.0.1:\(server.port) {\n\(settings)\n}", settings: "log stdout",
                routes: "* /** public"))
    }

    /// How often each outcome was, over one connection.
    func ask(_ count: Int, method: String = "GET") throws -> [String: Int] {
        let client = try stage.client()
        var outcomes: [String: Int] = [:]
        for _ in 0..<count {
            try client.send(Request(method: method, target: "/x").text)
            outcomes[try client.response().outcome, default: 0] += 1
        }
        return outcomes
    }

    var asked: Int { server.requests("/x").count }

    func retries(_ result: String) throws -> Int {
        try stage.gateway.metric("gateway_upstream_retries_total{upstream=\"app\",result=\"\(result)\"}")
    }

    func end() throws {
        try stage.end()
        server.stopListening()
    }
}

/// On which connections there was a request.
private final class ConnectionsSeen: Sendable {
    private let seen = Mutex<Set<Int>>([])

    func isFirst(on connection: Int) -> Bool { seen.withLock { $0.insert(connection).inserted } }
}

@Suite("Retries within a budget")
struct RetryBudgetWireTests {
    @Test("Where everything has to be sent again a share of it is, and the rest is refused")
    func budget() throws {
        let fickle = try Fickle("retries 20%")
        let count = 3000
        let outcomes = try fickle.ask(count)
        let (sent, refused) = (try fickle.retries("sent"), try fickle.retries("refused"))
        // Each window of ten seconds may have ten of them whatever its share is.
        #expect(sent > count / 10 && sent <= count / 5 + 100, "\(sent) of \(count)")
        #expect(fickle.asked == count + sent)
        #expect(outcomes["502 upstream_invalid"] == refused)
        #expect(outcomes.values.reduce(0, +) == count && outcomes.count == 2, "\(outcomes)")
        let line = try fickle.stage.gateway.logLines { $0.members.status == 502 }.first
        #expect(line?.text.contains("too many requests were sent again lately") == true)
        try fickle.end()
    }

    @Test("A few are always sent again, without a word about it in the file")
    func few() throws {
        let fickle = try Fickle("host keep")
        let outcomes = try fickle.ask(8)
        #expect(outcomes.keys.allSatisfy { $0.hasPrefix("200") }, "\(outcomes)")
        #expect(try fickle.retries("sent") == 7)
        #expect(fickle.asked == 15)
        try fickle.end()
    }

    @Test("Off: none is sent a second time")
    func off() throws {
        let fickle = try Fickle("retries off")
        let outcomes = try fickle.ask(8)
        #expect(outcomes["502 upstream_invalid"] == 4, "\(outcomes)")
        #expect(fickle.asked == 8)
        #expect(try fickle.retries("sent") == 0)
        #expect(try fickle.retries("refused") == 4)
        try fickle.end()
    }

    @Test("A server that can't be reached costs no retry: nothing was sent to it")
    func unreachable() throws {
        let server = try ScriptedUpstream()
        let stage = try Stage(
            GatewayConfiguration(
                upstream: """
                    upstream app http://127.0.0.1:\(try ReservedPort.untilTheEnd()) {
                        server   http://127.0.0.1:\(server.port)
                        eject    off
                        retries  off
                    }
                    """, routes: "* /** public"))
        for method in ["GET", "POST", "GET", "POST", "GET", "POST"] {
            #expect(
                try stage.send(Request(method: method, target: "/y", body: method == "POST" ? "x" : nil)).status == 200)
        }
        #expect(server.requests("/y").count == 6)
        try stage.end()
        server.stopListening()
    }
}
