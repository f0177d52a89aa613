import Glibc
internal import TestSupport
internal import Testing

@Suite("Stopping")
struct StoppingWireTests {
    /// A gateway whose upstream holds a request until the gate opens, and the client that waits for it.
    private func held(_ settings: String) throws -> (stage: Stage, client: RawClient, gate: Gate) {
        let (stage, gate) = (try Stage(GatewayConfiguration(settings: settings, routes: "* /** public")), Gate())
        stage.upstream.script("/held") { exchange in
            try gate.wait(within: .seconds(60))
            try exchange.respond(body: "late")
        }
        let client = try stage.client()
        try client.send(Request(target: "/held").text)
        _ = try stage.upstream.waitForRequest("/held")
        return (stage, client, gate)
    }

    @Test("A second signal ends at once what the first lets finish", arguments: [SIGTERM, SIGINT, SIGQUIT])
    func second(signal: Int32) throws {
        let (stage, _, gate) = try held("limits {\n shutdown-grace 60s\n drain-delay 60s\n}")
        defer { gate.open() }
        stage.gateway.signal(signal)
        try eventually("the gateway to drain") { try stage.gateway.admin("/ready").status == 503 }
        stage.gateway.signal(signal)
        #expect(try stage.gateway.waitForExit() == .exited(0))
        #expect(stage.gateway.standardError.contains("1 request did not finish in time"))
    }

    @Test("During drain-delay /ready says draining, and requests on new connections are served and end with them")
    func delay() throws {
        let stage = try Stage(GatewayConfiguration(settings: "limits {\n drain-delay 60s\n}", routes: "* /** public"))
        stage.gateway.signal(SIGTERM)
        try eventually("/ready to say so") { try stage.gateway.admin("/ready").text.contains("draining") }
        // What the signal brings about after that is not seen from outside: it may take a moment.
        try eventually("responses to ask for another connection") {
            let client = try stage.client()
            try client.send(Request(target: "/x").text)
            let response = try client.response()
            guard response.status == 200 else { throw HarnessFailure("\(response.status)") }
            return try response.fields.all("connection") == ["close"] && client.isClosed()
        }
        #expect(try stage.gateway.admin("/metrics").status == 200)
        stage.gateway.signal(SIGTERM)
        #expect(try stage.gateway.waitForExit() == .exited(0))
    }

    @Test("When drain-delay begins, connections that were kept end with their next response, which says so")
    func keptConnections() throws {
        let stage = try Stage(GatewayConfiguration(settings: "limits {\n drain-delay 60s\n}", routes: "* /** public"))
        let clients = try (0..<8).map { _ in try stage.client() }
        for client in clients {
            try client.send(Request(target: "/before").text)
            #expect(try client.response().fields.all("connection").isEmpty)
        }
        stage.gateway.signal(SIGTERM)
        try stage.waitForLog("draining: /ready says so")
        // The event loop hears of it a moment later: it has once a new connection's response says so.
        try eventually("responses to ask for another connection") {
            try stage.get("/x").fields.all("connection") == ["close"]
        }
        for client in clients {
            try client.send(Request(target: "/after").text)
            let response = try client.response()
            #expect(response.status == 200 && response.fields.all("connection") == ["close"])
            #expect(try client.isClosed())
        }
        #expect(stage.upstream.requests("/after").count == clients.count)
        stage.gateway.signal(SIGTERM)
        #expect(try stage.gateway.waitForExit() == .exited(0))
    }

    @Test(
        "During drain-delay HTTP/2 gets GOAWAY, its streams go on, longer than shutdown-grace, and new connections serve"
    )
    func multiplexed() throws {
        let (certificates, port) = (try TestCertificates(), try ReservedPort.untilTheEnd())
        let stage = try Stage(
            GatewayConfiguration(
                settings: """
                    \(try certificates.listener(at: port, hosts: ["one.test"]))
                    limits {
                        drain-delay     60s
                        shutdown-grace  100ms
                    }
                    """, routes: "* /** public"))
        let gate = Gate()
        stage.upstream.script("/held") { exchange in
            try gate.wait(within: .seconds(60))
            try exchange.respond(body: "late")
        }
        var held = HTTP2Client(port: port)
        held.headers(HTTP2Client.head("GET", "/held"))
        held.awaitEnd()
        held.read(seconds: 5)
        let conversation = HTTP2Conversation(held)
        _ = try stage.upstream.waitForRequest("/held")
        stage.gateway.signal(SIGTERM)
        try stage.waitForLog("draining: /ready says so")
        try eventually("the event loop to know it") { try stage.get("/x").fields.all("connection") == ["close"] }

        var another = HTTP2Client(port: port)
        another.headers(HTTP2Client.head("GET", "/another"))
        another.awaitEnd()
        another.read(seconds: 5)
        let seen = try another.run()
        #expect(seen.status() == "200" && seen.has("goaway 0") && seen.has("closed"), "\(seen)")
        // Longer than shutdown-grace, whatever the machine does meanwhile.
        poll(nil, 0, 1500)
        gate.open()
        let late = try conversation.report()
        #expect(
            late.status() == "200" && late.data() == "\"late\"" && late.has("goaway 0") && late.has("closed"), "\(late)"
        )
        #expect(!stage.gateway.standardError.contains("cut off"))
        stage.gateway.signal(SIGTERM)
        #expect(try stage.gateway.waitForExit() == .exited(0))
    }

    @Test("While requests finish, new connections to the admin listener are answered")
    func adminLast() throws {
        let (stage, client, gate) = try held("limits {\n shutdown-grace 60s\n}")
        stage.gateway.signal(SIGTERM)
        try eventually("the listener to be closed") { (try? Socket.connected(to: stage.gateway.port)) == nil }
        let ready = try stage.gateway.admin("/ready")
        #expect(ready.status == 503 && ready.text.contains("draining"))
        #expect(try stage.gateway.admin("/metrics").status == 200)
        gate.open()
        #expect(try client.response().text == "late")
        #expect(try stage.gateway.waitForExit() == .exited(0))
    }

    @Test("The shutdown-grace of the last reload counts")
    func reloadedGrace() throws {
        let (stage, _, gate) = try held("limits {\n shutdown-grace 90s\n}")
        defer { gate.open() }
        _ = try run([
            "/bin/sh", "-c", #"sed -i 's/shutdown-grace 90s/shutdown-grace 10ms/' "$0""#,
            stage.gateway.configurationFile,
        ])
        stage.gateway.signal(SIGHUP)
        try eventually("the reload") { stage.gateway.standardError.contains("are in force") }
        stage.gateway.signal(SIGTERM)
        #expect(try stage.gateway.waitForExit(within: .seconds(30)) == .exited(0))
        #expect(stage.gateway.standardError.contains("cut off"))
    }

    @Test("A normal end says nothing of an error", arguments: [true, false])
    func quiet(withAccounts: Bool) throws {
        let stage = try Stage(
            withAccounts
                ? .accounts(blacklist: "blacklist sqlite")
                : GatewayConfiguration(blacklist: GatewayConfiguration.blacklist))
        for _ in 0..<20 { _ = try stage.get("/x", token: TestToken()) }
        try stage.end()
        #expect(!stage.gateway.standardError.contains(" error "), "\(stage.gateway.standardError)")
    }

    @Test("A client that has gone before its answer is counted")
    func gone() throws {
        let (stage, client, gate) = try held("")
        client.reset()
        try eventually("client_gone in /metrics") {
            let text = try stage.gateway.admin("/metrics").text
            return text.contains(#"gateway_responses_total{status="0"} 1"#)
                && text.contains(#"gateway_refusals_total{code="client_gone"} 1"#)
        }
        gate.open()
        try stage.end()
    }
}

@Suite("The admin listener", .stage(GatewayConfiguration(routes: "* /** public")))
struct AdminWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test(
        "A connection that is not to be kept is closed after its answer",
        arguments: [
            "GET /health HTTP/1.0\r\n\r\n", "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET /metrics?x=1 HTTP/1.0\r\n\r\n", "HEAD /ready HTTP/1.0\r\n\r\n",
        ])
    func closes(request: WireText) throws {
        let client = try RawClient(port: stage.gateway.adminPort)
        try client.send(request.text)
        let response = try client.response(to: request.text.hasPrefix("HEAD") ? "HEAD" : "GET")
        #expect(response.status == 200 && response.fields.all("connection") == ["close"])
        #expect(try client.isClosed())
    }

    @Test("Others are kept, and a query changes nothing")
    func kept() throws {
        let client = try RawClient(port: stage.gateway.adminPort)
        for target in ["/health?x", "/ready?a=b", "/metrics?", "/health"] {
            try client.send(Request(target: target).text)
            #expect(try client.response().status == 200)
        }
        try client.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try client.response().fields.all("connection") == ["keep-alive"])
        try client.send(Request(target: "/healthx").text)
        #expect(try client.response().status == 404)
    }
}
