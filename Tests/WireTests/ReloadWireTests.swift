import FoundationEssentials
import Glibc
import Testing

extension Stage {
    /// Changes the configuration's text, and tells the gateway.
    fileprivate func reload(_ change: (String) -> String) throws {
        let file = gateway.configurationFile
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let changed = change(text)
        guard changed != text else { throw HarnessFailure("the change changes nothing") }
        try changed.write(toFile: file, atomically: true, encoding: .utf8)
        gateway.signal(SIGHUP)
    }
}

@Suite("Reload by SIGHUP")
struct ReloadWireTests {
    @Test("Rules of the changed file are in force; connections and requests under way go on")
    func rules() throws {
        let stage = try Stage()
        let waits = Gate()
        stage.upstream.script("slow") { exchange in
            try waits.wait()
            try exchange.respond(body: "done")
        }
        let slow = try stage.client()
        try slow.send(Request(target: "/public/slow").text)
        try eventually("the slow request") { !stage.upstream.requests("slow").isEmpty }
        let kept = try stage.client()
        try kept.send(Request(target: "/public/x").text)
        #expect(try kept.response().outcome == "200 upstream")
        try stage.reload { $0.replacing("* /public/** public", with: "* /public/** deny\n* /open/** public") }
        try stage.waitForLog("are in force")
        try kept.send(Request(target: "/public/x").text)
        #expect(try kept.response().outcome == "403 route_denied")
        #expect(try stage.get("/open/x").outcome == "200 upstream")
        waits.open()
        #expect(try slow.response().text == "done")
        try stage.end()
    }

    @Test(
        "What can't be taken up leaves everything as it was; the log and /ready say why",
        arguments: [
            ("* /public/** publik", "unknown word"),
            ("* /public/** public\nexpect GET /public/x as anonymous => 403", "expect"),
            ("* /public/** public\nlog off", "\"log\" has changed: that needs a restart"),
            ("* /public/** public\nlisten 127.0.0.1:0", "\"listen\" has changed: that needs a restart"),
            (
                "* /public/** public\nblacklist redis://127.0.0.1:1",
                "\"blacklist\" has changed: that needs a restart"
            ),
            ("* /public/** public\naccounts {\n}", "\"accounts\" has changed: that needs a restart"),
        ])
    func refused(line: String, message: String) throws {
        let stage = try Stage()
        try stage.reload { $0.replacing("* /public/** public", with: line) }
        try stage.waitForLog("the old configuration stays in force")
        try stage.waitForLog(message)
        #expect(try stage.get("/public/x").outcome == "200 upstream")
        #expect(try stage.gateway.admin("/ready").text.contains("the last reload was refused"))
        try stage.reload { $0.replacing(line, with: "* /public/** public\n* /more public") }
        try stage.waitForLog("are in force")
        #expect(try stage.get("/more").outcome == "200 upstream")
        #expect(try !stage.gateway.admin("/ready").text.contains("refused"))
        try stage.end()
    }

    @Test("A proxy that is no longer trusted is not believed on a connection that was open before")
    func distrusted() throws {
        let stage = try Stage(
            GatewayConfiguration(settings: "trusted-proxies 127.0.0.1/32", routes: "* /** public"))
        let kept = try stage.client()
        func scheme() throws -> [String] {
            try kept.send(Request(target: "/x", fields: ["X-Forwarded-Proto: https"]).text)
            return try kept.response().echo().all("x-forwarded-proto")
        }
        #expect(try scheme() == ["https"])
        try stage.reload { $0.replacing("trusted-proxies 127.0.0.1/32", with: "trusted-proxies 192.0.2.1") }
        try stage.waitForLog("are in force")
        #expect(try scheme() == ["http"])
        try stage.end()
    }

    @Test("Another upstream, and no request fails meanwhile")
    func upstream() throws {
        let stage = try Stage(GatewayConfiguration(arguments: ["--threads", "2"]))
        let other = try ScriptedUpstream()
        let load = Load(port: stage.gateway.port, request: Request(target: "/public/load"))
        try load.waitForAnswers(50)
        for turn in 0..<4 {
            let (from, to) =
                turn % 2 == 0 ? (stage.upstream.port, other.port) : (other.port, stage.upstream.port)
            try stage.reload { $0.replacing("http://127.0.0.1:\(from)", with: "http://127.0.0.1:\(to)") }
            let there = turn % 2 == 0 ? other : stage.upstream
            try eventually("requests at the other upstream") {
                let tag = TestToken.newJTI()
                _ = try stage.get("/public/\(tag)")
                return !there.requests(tag).isEmpty
            }
            try load.waitForAnswers(50)
        }
        #expect(try load.stop() == ["200 upstream"])
        other.stopListening()
        try stage.end()
    }

    @Test("A key that is replaced: tokens of the old one are refused, also remembered ones")
    func keys() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("secret", TestToken.secret)
        var configuration = GatewayConfiguration()
        configuration.tokens = GatewayConfiguration.tokens.replacing("env:ACCESS_TOKEN_SECRET", with: "file:\(file)")
        let stage = try Stage(configuration)
        let token = TestToken()
        for _ in 0..<2 { #expect(try stage.get("/x", token: token).outcome == "200 upstream") }
        _ = try folder.write("secret", "another-secret-of-the-tests-0123456789abcdef")
        stage.gateway.signal(SIGHUP)
        try eventually("the new key") { try stage.get("/x", token: token).outcome == "401 token_invalid" }
        try stage.end()
    }

    @Test("A key that is missing, or no good, leaves the old one in force", arguments: ["rm", "echo short >"])
    func faultyKey(change: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("secret", TestToken.secret)
        var configuration = GatewayConfiguration()
        configuration.tokens = GatewayConfiguration.tokens.replacing("env:ACCESS_TOKEN_SECRET", with: "file:\(file)")
        let stage = try Stage(configuration)
        _ = try run(["/bin/sh", "-c", "\(change) \(file)"])
        stage.gateway.signal(SIGHUP)
        try stage.waitForLog("the old configuration stays in force")
        #expect(try stage.get("/x", token: TestToken()).outcome == "200 upstream")
        try stage.end()
    }

    @Test("A request whose verdict is awaited is judged by the rules in force when it comes")
    func pending() throws {
        let stage = try Stage(GatewayConfiguration(blacklist: GatewayConfiguration.blacklist))
        #expect(try stage.get("/x", token: TestToken()).outcome == "200 upstream")
        try stage.redis.freeze()
        let client = try stage.client()
        try client.send(Request(target: "/later", fields: [TestToken().bearer]).text)
        try stage.reload { $0.replacing("* /** authenticated", with: "* /** role=nobody-has-this") }
        try stage.waitForLog("are in force")
        try stage.redis.thaw()
        #expect(try client.response().outcome == "403 role_required")
        try stage.end()
    }
}
