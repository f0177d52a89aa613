import Glibc
internal import TestSupport
internal import Testing

@Suite("Starting and stopping")
struct LifecycleWireTests {
    @Test("SIGTERM: requests in flight are finished, idle connections end, new ones are refused, the exit status is 0")
    func drains() throws {
        let stage = try Stage()
        let goOn = Gate()
        stage.upstream.script("/public/held") { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
            try goOn.wait()
            try exchange.send("later")
        }
        let idle = try stage.client()
        try idle.send(Request(target: "/public/x").text)
        #expect(try idle.response().status == 200)
        let busy = try stage.client()
        try busy.send(Request(target: "/public/held").text)
        while try !busy.line().isEmpty {}
        #expect(try busy.bytes(5) == Array("first".utf8))

        stage.gateway.signal(SIGTERM)
        #expect(try idle.isClosed())
        try eventually("new connections to be refused") { (try? stage.client()) == nil }
        #expect(stage.gateway.isRunning)
        goOn.open()
        #expect(try busy.bytes(5) == Array("later".utf8))
        #expect(try busy.isClosed())
        #expect(try stage.gateway.waitForExit() == .exited(0))
        #expect(try stage.gateway.logLines("/public/held").first?.members.status == 200)
        stage.upstream.stopListening()
    }

    @Test("A request that is under way when SIGTERM comes and has no answer yet gets it, and the connection's end")
    func drainsWaiting() throws {
        let stage = try Stage()
        let goOn = Gate()
        stage.upstream.script("/public/held") { exchange in
            try goOn.wait()
            try exchange.respond(body: "done")
        }
        let client = try stage.client()
        try client.send(Request(target: "/public/held").text)
        _ = try stage.upstream.waitForRequest("/public/held")
        stage.gateway.signal(SIGTERM)
        try eventually("new connections to be refused") { (try? stage.client()) == nil }
        goOn.open()
        let response = try client.response()
        #expect(response.text == "done" && !response.keepsAlive)
        #expect(try client.isClosed())
        #expect(try stage.gateway.waitForExit() == .exited(0))
        stage.upstream.stopListening()
    }

    @Test("A request that never ends does not keep the gateway longer than its grace")
    func grace() throws {
        let stage = try Stage(
            GatewayConfiguration(settings: "limits {\n shutdown-grace 200ms\n}", routes: "* /** public"))
        let never = Gate()
        stage.upstream.script("/held") { _ in try never.wait(within: .seconds(30)) }
        let client = try stage.client()
        try client.send(Request(target: "/held").text)
        _ = try stage.upstream.waitForRequest("/held")
        stage.gateway.signal(SIGTERM)
        #expect(try stage.gateway.waitForExit() == .exited(0))
        never.open()
        stage.upstream.stopListening()
    }

    @Test("A connection that is being accepted when SIGTERM comes does not keep the gateway")
    func accepting() throws {
        for _ in 0..<8 {
            let stage = try Stage(GatewayConfiguration(arguments: ["--threads", "2"]))
            let clients = try (0..<3).map { _ in try stage.client() }
            stage.gateway.signal(SIGTERM)
            // Its grace is 30 seconds.
            #expect(try stage.gateway.waitForExit(within: .seconds(20)) == .exited(0))
            for client in clients { client.close() }
            stage.upstream.stopListening()
        }
    }

    @Test("SIGINT ends it too, as Ctrl-C does")
    func interrupt() throws {
        let stage = try Stage()
        stage.gateway.signal(SIGINT)
        #expect(try stage.gateway.waitForExit() == .exited(0))
        stage.upstream.stopListening()
    }

    @Test("All its loops serve: with --threads 4 as with one", arguments: ["1", "4"])
    func threads(count: String) throws {
        let stage = try Stage(
            GatewayConfiguration(blacklist: GatewayConfiguration.blacklist, arguments: ["--threads", count]))
        for _ in 0..<20 { #expect(try stage.get("/x", token: TestToken()).outcome == "200 upstream") }
        try stage.end()
    }

    @Test("The admin listener tells whether it lives and is ready, and proxies nothing", .stage(.open))
    func admin() throws {
        let gateway = try Stage.current.gateway
        #expect(try gateway.admin("/health").status == 200)
        // It listens before it is ready.
        try eventually("to be ready") { try gateway.admin("/ready").status == 200 }
        #expect(try gateway.admin("/x").status == 404)
        #expect(try Stage.current.get("/ready").outcome == "200 upstream")
    }

    @Test("A port that is taken: it says so and ends")
    func portTaken() throws {
        let holder = try Listener()
        let folder = try TemporaryFolder()
        let admin = try ReservedPort.untilTheEnd()
        let file = try folder.write(
            "routes.conf", GatewayConfiguration().text(port: holder.port, admin: admin, upstream: 1, redis: nil))
        let result = try run(
            [Paths.gateway, "run", "--config", file], environment: ["ACCESS_TOKEN_SECRET": TestToken.secret])
        #expect(result.status != .exited(0))
        #expect((result.output + result.errors).contains("\(holder.port)"))
    }
}
