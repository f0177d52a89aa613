import Testing

@Suite("Rates of rules and accounts")
struct RateWireTests {
    private static let routes = "* /slow/** authenticated rate=3/h\n* /** authenticated\n* /open/** public rate=2/h"

    private func outcomes(_ stage: Stage, _ target: String, _ count: Int) throws -> [String] {
        try (0..<count).map { _ in try stage.get(target, token: TestToken()).outcome }
    }

    @Test(
        "Beyond a rule's rate requests are 429 with Retry-After, other rules go on",
        arguments: ["", GatewayConfiguration.blacklist])
    func rule(blacklist: String) throws {
        let stage = try Stage(
            GatewayConfiguration(blacklist: blacklist, routes: Self.routes, arguments: ["--threads", "2"]))
        // Refused requests are not counted: nobody uses up another's rate without a token.
        for _ in 0..<5 { #expect(try stage.get("/slow/x").outcome == "401 token_missing") }
        #expect(
            try outcomes(stage, "/slow/x", 4)
                == ["200 upstream", "200 upstream", "200 upstream", "429 rate_limited"])
        let refused = try stage.get("/slow/y", token: TestToken())
        #expect(Int(try #require(refused.field("retry-after"))) ?? 0 > 0)
        #expect(try outcomes(stage, "/x", 5) == Array(repeating: "200 upstream", count: 5))
        #expect(try outcomes(stage, "/open/x", 3) == ["200 upstream", "200 upstream", "429 rate_limited"])
        try stage.end()
    }

    @Test(
        "A network is counted by itself and as one, however its addresses are written",
        arguments: [
            ("198.51.100.7", "198.51.100.250", true), ("198.51.100.7", "198.51.101.7", false),
            ("::ffff:198.51.100.7", "::ffff:203.0.113.7", false), ("::ffff:198.51.100.7", "198.51.100.8", true),
            ("2001:db8:1:0:2:3:4:5", "2001:db8:1::9", true), ("2001:DB8:0:0:1::", "2001:db8::5", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ])
    func networks(first: String, second: String, isOne: Bool) throws {
        let stage = try Stage(
            GatewayConfiguration(settings: "trusted-proxies 127.0.0.1/32", routes: "* /** public rate=1/h"))
        #expect(try stage.get("/x", "X-Forwarded-For: \(first)").outcome == "200 upstream")
        let outcome = try stage.get("/x", "X-Forwarded-For: \(second)").outcome
        #expect(outcome == (isOne ? "429 rate_limited" : "200 upstream"))
        try stage.end()
    }

    @Test("With Redis, two gateways count together")
    func shared() throws {
        let redis = try RedisServer()
        let configuration = GatewayConfiguration(blacklist: GatewayConfiguration.blacklist, routes: Self.routes)
        let stages = [try Stage(configuration, redis: redis), try Stage(configuration, redis: redis)]
        var passed = 0
        for turn in 0..<8 where try stages[turn % 2].get("/slow/x", token: TestToken()).status == 200 { passed += 1 }
        #expect(passed == 3)
        for stage in stages { try stage.end() }
    }

    @Test(
        "With Redis, what was counted in the window before counts, what is older does not, and keys end by themselves")
    func windows() throws {
        let stage = try Stage(GatewayConfiguration(blacklist: GatewayConfiguration.blacklist, routes: Self.routes))
        #expect(try outcomes(stage, "/slow/x", 1) == ["200 upstream"])
        guard case .array(let keys) = try stage.redis.command("KEYS", "rate:*"), case .bulk(let name?)? = keys.first
        else {
            throw HarnessFailure("there is no key of a rate")
        }
        guard case .integer(let life) = try stage.redis.command("PTTL", name) else {
            throw HarnessFailure("PTTL did not answer with an integer")
        }
        #expect((3_600_000...7_200_000).contains(life))
        let age = "redis.call('HSET', KEYS[1], 'w', redis.call('HGET', KEYS[1], 'w') - 1, 'c', 1000000000)"
        for outcome in ["429 rate_limited", "200 upstream"] {
            try stage.redis.command("EVAL", age, "1", name)
            #expect(try outcomes(stage, "/slow/x", 1) == [outcome])
        }
        try stage.end()
    }

    @Test("While Redis is away, requests are counted in memory, and counted they are")
    func outage() throws {
        let stage = try Stage(
            GatewayConfiguration(
                blacklist: "blacklist redis://127.0.0.1:@REDIS@ {\n mode ask\n on-failure allow\n}",
                routes: Self.routes))
        #expect(try stage.get("/slow/x", token: TestToken()).outcome == "200 upstream")
        try stage.redis.stop()
        let seen = try outcomes(stage, "/slow/x", 6)
        #expect(seen.contains("200 upstream") && seen.last == "429 rate_limited")
        try stage.end()
    }

    @Test("A login's rate is kept in Redis, too, by account and by network")
    func accounts() throws {
        let stage = try Stage(.accounts("rate login=2/h"))
        let outcomes = try (0..<3).map { _ in
            try stage.account("POST", "/login", stage.credentials("a@b.example")).outcome
        }
        #expect(outcomes == ["401 credentials_invalid", "401 credentials_invalid", "429 rate_limited"])
        guard case .array(let keys) = try stage.redis.command("KEYS", "rate:*") else {
            throw HarnessFailure("KEYS did not answer with an array")
        }
        #expect(keys.count == 2)
        try stage.end()
    }
}
