import Testing

@Suite("Names of servers", .enabled(if: PrivateHosts.isPossible, "it takes a mount namespace"))
struct NameWireTests {
    private func stage(_ hosts: PrivateHosts, _ upstream: String, routes: String = "* /** public") throws -> Stage {
        var configuration = GatewayConfiguration(upstream: upstream, routes: routes)
        configuration.launcher = hosts.launcher
        configuration.launcherNeedsPrivileges = true
        return try Stage(configuration)
    }

    /// Two servers at one port of two addresses, 127.0.0.2 and 127.0.0.3, each of which tells its number.
    private func pair() throws -> [ScriptedUpstream] {
        let first = try ScriptedUpstream(host: 2)
        let servers = [first, try ScriptedUpstream(port: first.port, host: 3)]
        for (index, server) in servers.enumerated() { server.script("/") { try $0.respond(body: "\(index + 2)") } }
        return servers
    }

    @Test("A name that has moved is followed without a reload, and no connection to where it was is kept, however busy")
    func moved() throws {
        let servers = try pair()
        let hosts = try PrivateHosts("127.0.0.2 app.test")
        let stage = try stage(hosts, "upstream app http://app.test:\(servers[0].port)")
        let client = try stage.client()
        func ask() throws -> String {
            try client.send(Request(target: "/x").text)
            return try client.response().text
        }
        for _ in 0..<5 { #expect(try ask() == "2") }
        #expect(servers[0].connectionCount == 1)
        try hosts.write(["127.0.0.3 app.test"])
        // The connection is never idle meanwhile, and its server still answers.
        try eventually("the name to be followed") { try ask() == "3" }
        for _ in 0..<5 { #expect(try ask() == "3") }
        try eventually("the old connection to be closed") { servers[0].openConnectionCount == 0 }
        #expect(servers[0].connectionCount == 1)
        try stage.end()
        servers.forEach { $0.stopListening() }
    }

    @Test("Of several addresses each is tried; one where nobody listens costs no request")
    func several() throws {
        let servers = try pair()
        let hosts = try PrivateHosts("127.0.0.4 app.test", "127.0.0.3 app.test", "127.0.0.5 app.test")
        let stage = try stage(hosts, "upstream app http://app.test:\(servers[0].port)")
        for _ in 0..<4 {
            let response = try stage.send(Request(method: "POST", target: "/x", body: "x"))
            #expect(response.status == 200 && response.text == "3")
        }
        try stage.end()
        servers.forEach { $0.stopListening() }
    }

    @Test("A name that is not known is 502, and is looked up again for the next request")
    func unknown() throws {
        let servers = try pair()
        let hosts = try PrivateHosts("127.0.0.3 other.test")
        let stage = try stage(hosts, "upstream app http://app.test:\(servers[0].port)")
        #expect(try stage.get("/x").outcome == "502 upstream_unreachable")
        try hosts.write(["127.0.0.3 app.test other.test"])
        #expect(try stage.get("/x").text == "3")
        try stage.end()
        servers.forEach { $0.stopListening() }
    }

    @Test("A lookup that hangs holds up no request to another upstream on the same event loop")
    func hanging() throws {
        let servers = try pair()
        let hosts = try PrivateHosts(isPipe: true)
        let stage = try stage(
            hosts,
            """
            upstream slow http://slow.test:\(servers[0].port)
            upstream app http://127.0.0.3:\(servers[0].port)
            """, routes: "* /slow public -> slow\n* /** public -> app")
        let waiting = try (0..<20).map { _ in
            let client = try stage.client()
            try client.send(Request(target: "/slow").text)
            return client
        }
        try eventually("the requests to wait") { try stage.gateway.metric("gateway_requests") == 20 }
        for _ in 0..<5 { #expect(try stage.get("/x").text == "3") }
        #expect(servers[0].connectionCount == 0)
        let answered = Gate()
        onThread { hosts.release(until: answered) }
        for client in waiting { #expect(try client.response().outcome == "502 upstream_unreachable") }
        answered.open()
        try stage.end()
        servers.forEach { $0.stopListening() }
    }
}
