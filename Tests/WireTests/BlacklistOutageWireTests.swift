internal import Testing

/// Each test stops or freezes its Redis, so each has one of its own.
@Suite("Redis that stops, freezes, forgets or wants a password")
struct BlacklistOutageWireTests {
    private static func asking(_ options: String = "deadline 5s") -> GatewayConfiguration {
        GatewayConfiguration(
            blacklist: "blacklist redis://127.0.0.1:@REDIS@ {\n mode ask\n \(options)\n}",
            routes: "* /public/** public\n* /optional optional\n* /** authenticated")
    }

    @Test("Stopped: 503 at once, public untouched; back again: served without a restart")
    func stopped() throws {
        // Had it waited for this deadline, the client would have given up long before.
        let stage = try Stage(Self.asking("deadline 60s"))
        #expect(try stage.get("/x", token: TestToken()).outcome == "200 upstream")
        try stage.redis.stop()
        for _ in 0..<5 { #expect(try stage.get("/x", token: TestToken()).outcome == "503 blacklist_unavailable") }
        #expect(try stage.get("/optional", token: TestToken()).outcome == "503 blacklist_unavailable")
        #expect(try stage.get("/optional").outcome == "200 upstream")
        #expect(try stage.get("/public/x", token: TestToken()).outcome == "200 upstream")
        #expect(try stage.get("/x").outcome == "401 token_missing")
        #expect(try stage.get("/x", token: TestToken().with("exp", "1")).outcome == "401 token_expired")
        try stage.redis.start()
        try eventually("the gateway to ask Redis again") {
            try stage.get("/x", token: TestToken()).outcome == "200 upstream"
        }
        let jti = TestToken.newJTI()
        try stage.redis.set("blacklist:\(jti)", "1")
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        try stage.end()
    }

    @Test("Frozen: 503 within the deadline, for all who wait; thawed: served again, each with their own answer")
    func frozen() throws {
        let stage = try Stage(Self.asking("deadline 1s"))
        let revoked = TestToken.newJTI()
        try stage.redis.set("blacklist:\(revoked)", "1")
        #expect(try stage.get("/x", token: TestToken()).outcome == "200 upstream")
        try stage.redis.freeze()
        let clients = try (0..<8).map { _ in try stage.client() }
        for client in clients { try client.send(Request(target: "/x", fields: [TestToken().bearer]).text) }
        for client in clients { #expect(try client.response().outcome == "503 blacklist_unavailable") }
        #expect(try stage.get("/public/x").outcome == "200 upstream")
        try stage.redis.thaw()
        try eventually("the gateway to ask Redis again") {
            try stage.get("/x", token: TestToken()).outcome == "200 upstream"
        }
        // Late answers to questions that were given up must not answer others.
        for _ in 0..<20 {
            #expect(try stage.get("/x", token: TestToken(jti: revoked)).outcome == "401 token_revoked")
            #expect(try stage.get("/x", token: TestToken()).outcome == "200 upstream")
        }
        try stage.end()
    }

    @Test("Not there at the start: the gateway starts, refuses, and serves once it is there")
    func absentAtStart() throws {
        let redis = try RedisServer()
        try redis.stop()
        let stage = try Stage(Self.asking(), redis: redis)
        #expect(try stage.get("/x", token: TestToken()).outcome == "503 blacklist_unavailable")
        #expect(try stage.get("/public/x").outcome == "200 upstream")
        #expect(try stage.gateway.admin("/health").status == 200)
        #expect(try stage.gateway.admin("/ready").status == 503)
        try redis.start()
        try eventually("the gateway to find Redis") {
            try stage.get("/x", token: TestToken()).outcome == "200 upstream"
        }
        try eventually("readiness") { try stage.gateway.admin("/ready").status == 200 }
        try stage.end()
    }

    @Test("Flushed while requests run: no other answers than before and after")
    func flushed() throws {
        let stage = try Stage(Self.asking())
        let jti = TestToken.newJTI()
        let revoked = TestToken(jti: jti)
        try stage.redis.set("blacklist:\(jti)", "1")
        let good = Load(port: stage.gateway.port, request: Request(target: "/x", fields: [TestToken().bearer]))
        let bad = Load(port: stage.gateway.port, request: Request(target: "/x", fields: [revoked.bearer]))
        try good.waitForAnswers(100)
        try bad.waitForAnswers(100)
        #expect(bad.outcomes == ["401 token_revoked"])
        try stage.redis.command("FLUSHALL")
        #expect(try stage.get("/x", token: revoked).outcome == "200 upstream")
        try bad.waitForAnswers(100)
        #expect(try good.stop() == ["200 upstream"])
        #expect(try bad.stop() == ["401 token_revoked", "200 upstream"])
        try stage.end()
    }

    @Test("Stopped and started while requests run: each is served or refused, none is lost, and a logout holds")
    func restarted() throws {
        let stage = try Stage(Self.asking())
        let load = Load(port: stage.gateway.port, request: Request(target: "/x", fields: [TestToken().bearer]))
        try load.waitForAnswers(100)
        for _ in 0..<3 {
            try stage.redis.stop()
            try load.waitForOutcome("503 blacklist_unavailable")
            try stage.redis.start()
            try load.waitForOutcome("200 upstream")
        }
        #expect(try load.stop() == ["200 upstream", "503 blacklist_unavailable"])
        try stage.end()
    }

    @Test("Frozen while requests run: each is served or refused")
    func frozenUnderLoad() throws {
        let stage = try Stage(Self.asking("deadline 50ms"))
        let load = Load(port: stage.gateway.port, request: Request(target: "/x", fields: [TestToken().bearer]))
        try load.waitForAnswers(50)
        for _ in 0..<3 {
            try stage.redis.freeze()
            try load.waitForOutcome("503 blacklist_unavailable")
            try stage.redis.thaw()
            try load.waitForOutcome("200 upstream")
        }
        #expect(try load.stop() == ["200 upstream", "503 blacklist_unavailable"])
        try stage.end()
    }

    @Test(
        "A password is sent; without it, or with a wrong one, the blacklist can't be consulted",
        arguments: ["right", "wrong", nil])
    func password(given: String?) throws {
        let redis = try RedisServer(password: "right")
        var configuration = Self.asking(given == nil ? "" : "password env:REDIS_PASSWORD")
        configuration.environment["REDIS_PASSWORD"] = given
        let stage = try Stage(configuration, redis: redis)
        let jti = TestToken.newJTI()
        try redis.set("blacklist:\(jti)", "1")
        let isRight = given == "right"
        let outcome = try stage.get("/x", token: TestToken()).outcome
        #expect(outcome == (isRight ? "200 upstream" : "503 blacklist_unavailable"))
        let revoked = try stage.get("/x", token: TestToken(jti: jti)).outcome
        #expect(revoked == (isRight ? "401 token_revoked" : "503 blacklist_unavailable"))
        try stage.end()
    }

    @Test("What Redis would do to logouts when it is full or restarted is told at the start")
    func warnings() throws {
        let redis = try RedisServer()
        try redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        let stage = try Stage(Self.asking(), redis: redis)
        try eventually("both warnings") {
            let written = stage.gateway.everythingItWrote
            return written.contains("maxmemory-policy") && written.contains("allkeys-lru")
                && written.contains("appendonly")
        }
        try stage.end()
    }

    @Test("A database number is chosen, and another prefix")
    func databaseAndPrefix() throws {
        let configuration = GatewayConfiguration(
            blacklist: "blacklist redis://127.0.0.1:@REDIS@/3 {\n mode ask\n prefix out/\n}")
        let stage = try Stage(configuration)
        let jti = TestToken.newJTI()
        let connection = try RedisConnection(port: stage.redis.port)
        try connection.command(["SET", "out/\(jti)", "1"])
        try connection.command(["SELECT", "3"])
        try connection.command(["SET", "blacklist:\(jti)", "1"])
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "200 upstream")
        try connection.command(["SET", "out/\(jti)", "1"])
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        try stage.end()
    }

    @Test("on-failure last-known: what was known stays so while Redis is away, and what was not is refused")
    func lastKnown() throws {
        let stage = try Stage(Self.asking("on-failure last-known 60s"))
        let (known, revoked) = (TestToken(), TestToken.newJTI())
        try stage.redis.set("blacklist:\(revoked)", "1")
        #expect(try stage.get("/x", token: known).outcome == "200 upstream")
        #expect(try stage.get("/x", token: TestToken(jti: revoked)).outcome == "401 token_revoked")
        try stage.redis.stop()
        #expect(try stage.get("/x", token: known).outcome == "200 upstream")
        #expect(try stage.get("/x", token: TestToken(jti: revoked)).outcome == "401 token_revoked")
        #expect(try stage.get("/x", token: TestToken()).outcome == "503 blacklist_unavailable")
        try stage.end()
    }

    @Test("on-failure last-known: an answer that is older than it says counts no more")
    func lastKnownTooLong() throws {
        let stage = try Stage(Self.asking("on-failure last-known 1s"))
        let known = TestToken()
        #expect(try stage.get("/x", token: known).outcome == "200 upstream")
        try stage.redis.stop()
        try eventually("the answer to be too old") {
            try stage.get("/x", token: known).outcome == "503 blacklist_unavailable"
        }
        try stage.end()
    }

    @Test("on-failure allow: passes while Redis is away, and refuses again when it is back")
    func allowed() throws {
        let stage = try Stage(Self.asking("on-failure allow"))
        let jti = TestToken.newJTI()
        try stage.redis.stop()
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "200 upstream")
        try stage.redis.start()
        try stage.redis.set("blacklist:\(jti)", "1")
        try eventually("the gateway to ask Redis again") {
            try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked"
        }
        try stage.end()
    }
}
