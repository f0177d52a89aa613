import Glibc
import Testing

/// Each test breaks something of its own gateway.
@Suite("Accounts while Redis or the database is in trouble")
struct AccountOutageWireTests {
    private let email = "u\(TestToken.newJTI())@example.com"

    @Test("Redis away: login and refresh go on; a logout is 202 and completed when Redis is back")
    func redisAway() throws {
        let stage = try Stage(.accounts(GatewayConfiguration.manyRequests))
        let login = try stage.newLogin(email)
        try stage.redis.stop()
        let second = try stage.login(email)
        let next = try stage.refresh(try #require(second.refreshToken)).login()
        let out = try stage.account("POST", "/logout", fields: [login.bearer])
        #expect(out.status == 202 && out.text == #"{"pending":true}"#)
        #expect(try #require(out.field("set-cookie")).contains("Max-Age=0"))
        #expect(try stage.refresh(try #require(login.refreshToken)).outcome == "401 refresh_invalid")
        #expect(try stage.get("/x", login.bearer).outcome == "503 blacklist_unavailable")
        try stage.redis.start()
        try eventually("the logout to reach Redis") {
            try stage.get("/x", login.bearer).outcome == "401 token_revoked"
        }
        #expect(try stage.get("/x", next.bearer).outcome == "200 upstream")
        try stage.end()
    }

    @Test("The database locked by somebody else: 503, the proxy goes on, and all is well when it is free again")
    func locked() throws {
        let stage = try Stage(.accounts(GatewayConfiguration.manyRequests, blacklist: "blacklist sqlite"))
        let login = try stage.newLogin(email)
        let script = """
            import sqlite3, sys, time
            c = sqlite3.connect(sys.argv[1], isolation_level=None)
            c.execute("BEGIN IMMEDIATE")
            print("locked", flush=True)
            time.sleep(60)
            """
        let holder = try ChildProcess(
            ["python3", "-c", script, AccountDatabase(besides: stage.gateway.configurationFile).file], environment: [:])
        try eventually("the lock") { holder.standardOutput.text.contains("locked") }
        let refused = try stage.account("POST", "/login", stage.credentials(email))
        #expect(refused.outcome == "503 accounts_unavailable" && refused.field("retry-after") != nil)
        #expect(try stage.get("/x", login.bearer).outcome == "200 upstream")
        holder.signal(SIGKILL)
        try holder.waitForExit()
        try eventually("logins to go on") {
            try stage.account("POST", "/login", stage.credentials(email)).status == 200
        }
        try stage.end()
    }

    @Test("A processor that others want all of: a login is slow, and ends")
    func noProcessor() throws {
        var configuration = GatewayConfiguration.hashing(cost: 12)
        let processor = try configuration.useOneProcessor()
        let stage = try Stage(configuration)
        let busy = ["taskset", "-c", "\(processor)", "timeout", "90", "sh", "-c", "while :; do :; done"]
        let others = try (0..<2).map { _ in try ChildProcess(busy) }
        let client = try stage.client()
        let body = stage.credentials(email)
        try client.send(stage.accountText("POST", "/register", body, fields: ["Content-Type: application/json"]))
        #expect(try client.response(to: "POST", within: .seconds(80)).status == 201)
        for other in others {
            #expect(other.exitStatus == nil)
            other.signal(SIGTERM)
            try other.waitForExit()
        }
        try stage.end()
    }

    @Test(
        "A database that can't be used keeps the gateway from starting, and the message names it",
        arguments: [
            ("database missing/gateway.db", "", "missing/gateway.db"),
            ("", "echo no database at all, but long enough to be read > gateway.db", "not a database"),
            ("", "mkdir gateway.db.keys && chmod 755 gateway.db.keys", "chmod 700"),
            ("", "mkdir -m 700 gateway.db.keys && : > gateway.db.keys/refresh.secret", "it is not whole"),
        ])
    func unusable(setting: String, preparation: String, message: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "routes.conf",
            "listen 127.0.0.1:0\naccounts {\n\(setting)\n}\n* /** authenticated\nupstream a http://127.0.0.1:1\n")
        _ = try run(["/bin/sh", "-c", "cd \"$0\" && \(preparation.isEmpty ? "true" : preparation)", folder.path])
        let result = try run([Paths.gateway, "run", "--config", file])
        #expect(result.status == .exited(1))
        #expect(result.errors.contains(message), "\(result.errors)")
    }
}
