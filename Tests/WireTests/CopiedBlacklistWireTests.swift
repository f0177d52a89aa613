import Glibc
import Testing

extension GatewayConfiguration {
    fileprivate static let copied = GatewayConfiguration(
        blacklist: "blacklist redis://127.0.0.1:@REDIS@ {\n deadline 5s\n}", arguments: ["--threads", "2"])
}

@Suite("mode copy: the blacklist without a round trip", .stage(.copied))
struct CopiedBlacklistWireTests {
    let stage: Stage

    init() throws {
        stage = try Stage.current
        try Self.waitForCopies(stage)
    }

    private static func waitForCopies(_ stage: Stage, count: Int = 2) throws {
        try eventually("\(count) live copies") {
            stage.gateway.standardError.split(separator: "\n").filter { $0.contains("a live copy of") }.count >= count
        }
    }

    private let subject = "s-" + TestToken.newJTI()

    @Test("A logout counts from the next request on, whoever wrote it, on every event loop")
    func atOnce() throws {
        let redis = try RedisConnection(port: stage.redis.port)
        // Each on a connection of its own, so that both event loops are asked.
        for turn in 0..<200 {
            let jti = TestToken.newJTI()
            let token = TestToken(sub: subject, jti: jti)
            if turn % 10 == 0 { #expect(try stage.get("/x", token: token).outcome == "200 upstream") }
            _ = try redis.command(["SET", "blacklist:\(jti)", "1", "EX", "600"])
            #expect(try stage.get("/x", token: token).outcome == "401 token_revoked")
        }
    }

    @Test("A logout counts at once also while Redis does not say yet what became of its key")
    func inDoubt() throws {
        let redis = try RedisServer()
        let stage = try Stage(.copied, redis: redis)
        try Self.waitForCopies(stage)
        let setter = try RedisConnection(port: redis.port)
        let jti = TestToken.newJTI()
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "200 upstream")
        // What is told of the change goes out, and what the gateway asks then is not answered before the pause is over.
        try setter.send(["SET", "blacklist:\(jti)", "1"], ["CLIENT", "PAUSE", "500", "ALL"])
        for _ in 0..<2 { #expect(try setter.reply() == .status("OK")) }
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        try stage.end()
    }

    @Test("A logout counts at once also where Redis answers a probe in the same turn, and many others before it tells")
    func besidesProbe() throws {
        let redis = try RedisServer()
        let stage = try Stage(.copied, redis: redis)
        try Self.waitForCopies(stage)
        let setter = try RedisConnection(port: redis.port)
        try setter.command(["SET", "large", String(repeating: "x", count: 100_000)])
        let others = try (0..<200).map { _ in try RedisConnection(port: redis.port) }
        let jti = TestToken.newJTI()
        let clients = try (0..<4).map { _ in try stage.client() }
        let request = Request(target: "/x", fields: [TestToken(jti: jti).bearer]).text
        for client in clients {
            try client.send(request)
            #expect(try client.response().outcome == "200 upstream")
        }
        redis.freeze()
        // The gateway probes once a second; what it asks waits, and all that follows behind it.
        poll(nil, 0, 1300)
        for other in others { try other.send(["GET", "large"]) }
        try setter.send(["SET", "blacklist:\(jti)", "1"])
        redis.thaw()
        #expect(try setter.reply() == .status("OK"))
        for client in clients { try client.send(request) }
        for client in clients { #expect(try client.response().outcome == "401 token_revoked") }
        try stage.end()
    }

    @Test(
        "A logout counts also for a request whose beginning was there before it, and which is read before the change is"
    )
    func readFirst() throws {
        let redis = try RedisServer()
        var configuration = GatewayConfiguration.copied
        configuration.arguments = ["--threads", "1"]
        let stage = try Stage(configuration, redis: redis)
        try Self.waitForCopies(stage, count: 1)
        let setter = try RedisConnection(port: redis.port)
        for _ in 0..<10 {
            let jti = TestToken.newJTI()
            let client = try stage.client()
            let request = Request(target: "/x", fields: [TestToken(jti: jti).bearer]).text
            try client.send(request)
            #expect(try client.response().outcome == "200 upstream")
            stage.gateway.signal(SIGSTOP)
            // First of all sockets this client's becomes readable; the rest of the request comes after the logout.
            try client.send(String(request.prefix(20)))
            try setter.command(["SET", "blacklist:\(jti)", "1"])
            try client.send(String(request.dropFirst(20)))
            stage.gateway.signal(SIGCONT)
            #expect(try client.response().outcome == "401 token_revoked")
        }
        try stage.end()
    }

    @Test("What is deleted or expires counts no more")
    func goes() throws {
        let (first, second) = (TestToken.newJTI(), TestToken.newJTI())
        try stage.redis.command("SET", "blacklist:\(first)", "1")
        try stage.redis.command("SET", "blacklist:\(second)", "1", "PX", "300")
        for jti in [first, second] {
            #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        }
        try stage.redis.command("DEL", "blacklist:\(first)")
        for jti in [first, second] {
            try eventually("\(jti) to be forgotten") {
                try stage.get("/x", token: TestToken(jti: jti)).outcome == "200 upstream"
            }
        }
    }

    @Test("Keys of any type count; a subject's cutoff counts to the millisecond; one that can't be read refuses")
    func values() throws {
        let jti = TestToken.newJTI()
        try stage.redis.command("LPUSH", "blacklist:\(jti)", "x")
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        let now = unixMilliseconds()
        try stage.redis.set("blacklist:sub:\(subject)", "\(now)")
        func issued(_ milliseconds: Int64) throws -> String {
            let iat = "\(milliseconds / 1000)." + String(milliseconds % 1000 + 1000).dropFirst()
            return try stage.get("/x", token: TestToken(sub: subject).with("iat", iat)).outcome
        }
        #expect(try issued(now - 1) == "401 token_revoked")
        #expect(try issued(now) == "200 upstream")
        try stage.redis.set("blacklist:sub:\(subject)", "nonsense")
        #expect(try issued(now + 1) == "401 token_revoked")
        try stage.redis.command("DEL", "blacklist:sub:\(subject)")
        try stage.redis.command("LPUSH", "blacklist:sub:\(subject)", "x")
        // At first its state is being asked for; then it is known that it can't be read.
        for _ in 0..<50 { #expect(try issued(now + 1) == "503 blacklist_unavailable") }
    }

    @Test("Requests ask Redis nothing")
    func noQuestions() throws {
        func asked() throws -> Int {
            guard case .bulk(let text?) = try stage.redis.command("INFO", "commandstats") else { return -1 }
            var calls = 0
            for line in text.split(whereSeparator: \.isNewline) {
                guard line.hasPrefix("cmdstat_get:") || line.hasPrefix("cmdstat_exists:") else { continue }
                let count = line.split(separator: "=")[1].split(separator: ",")[0]
                calls += Int(count) ?? 0
            }
            return calls
        }
        let before = try asked()
        let client = try stage.client()
        for _ in 0..<500 {
            try client.send(Request(target: "/x", fields: [TestToken(sub: subject).bearer]).text)
            #expect(try client.response().status == 200)
        }
        // Other tests and the probes ask a few things meanwhile.
        #expect(try asked() - before < 900)
    }
}

/// Each test breaks its Redis.
@Suite("mode copy when Redis is in trouble")
struct CopiedBlacklistOutageWireTests {
    private func stage(_ redis: RedisServer? = nil) throws -> Stage {
        let stage = try Stage(.copied, redis: redis)
        try copies(stage, 2)
        return stage
    }

    private func copies(_ stage: Stage, _ count: Int) throws {
        try eventually("\(count) live copies") {
            stage.gateway.standardError.split(separator: "\n").filter { $0.contains("a live copy of") }.count >= count
        }
    }

    @Test("What was there before the start counts, also when there is much of it")
    func before() throws {
        let redis = try RedisServer()
        let connection = try RedisConnection(port: redis.port)
        for number in 0..<5000 { _ = try connection.command(["SET", "blacklist:j\(number)", "1"]) }
        _ = try connection.command(["SET", "other:j7", "1"])
        let stage = try stage(redis)
        try stage.waitForLog("a live copy of 5000 entries")
        for number in [0, 1234, 4999] {
            #expect(try stage.get("/x", token: TestToken(jti: "j\(number)")).outcome == "401 token_revoked")
        }
        #expect(try stage.get("/x", token: TestToken(jti: "j5000")).outcome == "200 upstream")
        try stage.end()
    }

    @Test("After FLUSHALL nothing is logged out, and what is logged out then counts")
    func flushed() throws {
        let stage = try stage()
        let jti = TestToken.newJTI()
        try stage.redis.set("blacklist:\(jti)", "1")
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        try stage.redis.command("FLUSHALL")
        try eventually("the flush") { try stage.get("/x", token: TestToken(jti: jti)).outcome == "200 upstream" }
        try stage.redis.set("blacklist:\(jti)", "1")
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        try stage.end()
    }

    @Test("Stopped: refused at once; started again: a new copy, and what is logged out counts")
    func stopped() throws {
        let stage = try stage()
        try stage.redis.stop()
        try eventually("the loss") { try stage.get("/x", token: TestToken()).outcome == "503 blacklist_unavailable" }
        try stage.redis.start()
        try copies(stage, 4)
        let jti = TestToken.newJTI()
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "200 upstream")
        try stage.redis.set("blacklist:\(jti)", "1")
        let outcome = try stage.get("/x", token: TestToken(jti: jti)).outcome
        #expect(outcome == "401 token_revoked", "\(outcome)\n\(stage.gateway.standardError)")
        try stage.end()
    }

    @Test("Frozen, so that no change could be heard of: refused within the probe's time, until it thaws")
    func frozen() throws {
        var configuration = GatewayConfiguration.copied
        configuration.blacklist = "blacklist redis://127.0.0.1:@REDIS@ {\n deadline 300ms\n}"
        let stage = try Stage(configuration)
        try copies(stage, 2)
        try stage.redis.freeze()
        try eventually("the loss") { try stage.get("/x", token: TestToken()).outcome == "503 blacklist_unavailable" }
        try stage.redis.thaw()
        try eventually("the gateway to serve again") { try stage.get("/x", token: TestToken()).status == 200 }
        try stage.end()
    }

    @Test("A Redis user with the permissions that the README names is enough; with those of mode ask Redis is asked")
    func permissions() throws {
        let redis = try RedisServer()
        let both = ["ACL", "SETUSER", "default", "resetkeys", "resetchannels", "-@all", "~blacklist:*"]
        let connection = try RedisConnection(port: redis.port)
        _ = try connection.command(
            both + [
                "&__redis__:invalidate", "+exists", "+get", "+select", "+set", "+scan", "+ping", "+subscribe",
                "+client|id", "+client|tracking", "+info", "+config|get", "+acl",
            ])
        let stage = try stage(redis)
        let jti = TestToken.newJTI()
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "200 upstream")
        _ = try connection.command(["SET", "blacklist:\(jti)", "1"])
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        try stage.end()

        _ = try connection.command(both + ["+exists", "+get", "+set", "+acl"])
        let asking = try Stage(.copied, redis: redis)
        try eventually("the loss") { asking.gateway.standardError.contains("no copy, Redis is asked on every request") }
        #expect(try asking.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        #expect(try asking.get("/x", token: TestToken()).outcome == "200 upstream")
        try asking.end()
    }

    @Test("The listening connection killed: asked meanwhile, copied anew")
    func killed() throws {
        let stage = try stage()
        try stage.redis.command("CLIENT", "KILL", "TYPE", "pubsub")
        let jti = TestToken.newJTI()
        try stage.redis.set("blacklist:\(jti)", "1")
        try eventually("the logout to count") {
            try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked"
        }
        try copies(stage, 4)
        #expect(try stage.get("/x", token: TestToken(jti: jti)).outcome == "401 token_revoked")
        try stage.end()
    }
}
