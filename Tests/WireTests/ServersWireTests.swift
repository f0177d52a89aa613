internal import TestSupport
internal import Testing

/// A gateway whose upstream runs on several servers, each of which tells its number.
private struct Farm {
    let servers: [ScriptedUpstream]
    let stage: Stage

    /// - Parameter gone: how many more servers the configuration names, before and after, where nobody listens.
    init(_ count: Int, gone: Int = 0) throws {
        servers = try (0..<count).map { _ in try ScriptedUpstream() }
        for (index, server) in servers.enumerated() {
            server.script("/") { exchange in
                let body = try exchange.readBody().bytes
                let close = exchange.request.target.contains("close") ? ["Connection: close"] : []
                try exchange.respond(fields: close, body: "\(index):\(String(decoding: body, as: UTF8.self))")
                if !close.isEmpty { exchange.close() }
            }
        }
        let nobody = try (0..<gone).map { _ in try ReservedPort.untilTheEnd() }
        let ports = nobody.prefix(gone / 2) + servers.map(\.port) + nobody.suffix(gone - gone / 2)
        let lines = ports.map { "server http://127.0.0.1:\($0)" }.joined(separator: "\n")
        stage = try Stage(GatewayConfiguration(upstream: "upstream app {\n\(lines)\n}", routes: "* /** public"))
    }

    func end() throws {
        try stage.end()
        for server in servers {
            server.stopListening()
            #expect(server.faults == [])
        }
    }
}

@Suite("Several servers of one upstream")
struct ServersWireTests {
    @Test("Requests go to them in turn", arguments: [2, 3])
    func inTurn(count: Int) throws {
        let farm = try Farm(count)
        let client = try farm.stage.client()
        var order: [String] = []
        for _ in 0..<4 * count {
            try client.send(Request(target: "/x").text)
            order.append(try client.response().text)
        }
        for index in order.indices.dropFirst(count) { #expect(order[index] == order[index - count]) }
        #expect(Set(order).count == count)
        #expect(farm.servers.allSatisfy { $0.connectionCount == 1 })
        try farm.end()
    }

    @Test("One where nobody listens costs no request: the others serve all of them, whatever the method")
    func oneDown() throws {
        for (count, gone) in [(1, 1), (1, 2), (2, 1)] {
            let farm = try Farm(count, gone: gone)
            let client = try farm.stage.client()
            for index in 0..<12 {
                let isPost = index % 2 == 1
                try client.send(
                    Request(method: isPost ? "POST" : "GET", target: "/x", body: isPost ? "order" : nil).text)
                let response = try client.response()
                #expect(response.status == 200 && response.text.hasSuffix(isPost ? ":order" : ":"))
            }
            #expect(farm.servers.map { $0.requests("/x").count }.reduce(0, +) == 12)
            try farm.end()
        }
    }

    @Test("One that goes away while it serves: requests go on at the other, and each arrives once")
    func goesAway() throws {
        let farm = try Farm(2)
        for _ in 0..<4 { #expect(try farm.stage.get("/close").status == 200) }
        #expect(farm.servers.allSatisfy { $0.requests("/close").count == 2 })
        farm.servers[0].stopListening()
        try eventually("the first server to refuse connections") {
            (try? Socket.connected(to: farm.servers[0].port)) == nil
        }
        for _ in 0..<6 {
            let response = try farm.stage.send(Request(method: "POST", target: "/after", body: "x"))
            #expect(response.text == "1:x")
        }
        #expect(farm.servers[1].requests("/after").count == 6)
        try farm.end()
    }

    @Test("All gone is 502, and the connection goes on")
    func allDown() throws {
        let farm = try Farm(0, gone: 3)
        let client = try farm.stage.client()
        for method in ["GET", "POST", "GET"] {
            try client.send(Request(method: method, target: "/x", body: method == "POST" ? "x" : nil).text)
            #expect(try client.response().outcome == "502 upstream_unreachable")
        }
        try farm.end()
    }

    @Test("A request that a server took and did not answer is sent to one other, if nothing can have been done twice")
    func another() throws {
        let farm = try Farm(3)
        farm.servers[0].script("/safe") { $0.close() }
        farm.servers[1].script("/gone") { $0.close() }
        farm.servers[2].script("/gone") { $0.close() }
        farm.servers[0].script("/gone") { $0.close() }
        for _ in 0..<6 { #expect(try farm.stage.get("/safe").status == 200) }
        #expect(farm.servers[0].requests("/safe").count == 2)
        #expect(farm.servers.map { $0.requests("/safe").count }.reduce(0, +) == 8)
        // Once, though there is a third.
        #expect(try farm.stage.get("/gone").outcome == "502 upstream_invalid")
        #expect(farm.servers.map { $0.requests("/gone").count }.reduce(0, +) == 2)
        try farm.end()
    }

    @Test("A request that a server took and did not answer is not sent to another, if it may have had an effect")
    func notTwice() throws {
        let farm = try Farm(2)
        for server in farm.servers { server.script("/order") { $0.close() } }
        for _ in 0..<4 {
            let response = try farm.stage.send(Request(method: "POST", target: "/order", body: "x"))
            #expect(response.outcome == "502 upstream_invalid")
        }
        #expect(farm.servers.map { $0.requests("/order").count }.reduce(0, +) == 4)
        try farm.end()
    }
}
