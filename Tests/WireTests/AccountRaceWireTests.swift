import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// Hashes wait for each other, so what a password was compared with may have changed when its session begins.
@Suite("Accounts: requests that overtake each other")
struct AccountRaceWireTests {
    private let email = "u\(TestToken.newJTI())@example.com"
    private let newPassword = "a new horse entirely"

    private func stage(cost: Int) throws -> Stage { try Stage(.hashing(cost: cost)) }

    private func gateway(_ words: [String], input: String = "") throws {
        let result = try run(["/bin/sh", "-c", #"printf '%s' "$0" | "$@""#, input, Paths.gateway] + words)
        guard result.status == .exited(0) else { throw HarnessFailure(result.errors) }
    }

    /// A user whose password was hashed at this cost.
    private func add(_ email: String, cost: Int, _ stage: Stage) throws {
        let file = stage.gateway.configurationFile
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            $0.contains("bcrypt-cost") ? "bcrypt-cost \(cost)" : $0
        }
        let other = file.replacing("routes.conf", with: "other.conf")
        try lines.joined(separator: "\n").write(toFile: other, atomically: true, encoding: .utf8)
        try gateway(["users", "add", email, "--config", other], input: "\(Stage.password)\n")
    }

    private func beginLogins(_ count: Int, _ stage: Stage) throws -> [RawClient] {
        let body = stage.credentials(email, Stage.password, #","cookie":false"#)
        let text = stage.accountText("POST", "/login", body, fields: ["Content-Type: application/json"])
        return try (0..<count).map { _ in
            let client = try stage.client()
            try client.send(text)
            poll(nil, 0, 30)
            return client
        }
    }

    /// A change of the password, by whoever has logged in, which is not answered yet.
    private func beginChange(by login: Login, _ stage: Stage) throws -> RawClient {
        let body = #"{"currentPassword":"\#(Stage.password)","newPassword":"\#(newPassword)"}"#
        let fields = ["Content-Type: application/json", login.bearer]
        let client = try stage.client()
        try client.send(stage.accountText("POST", "/password", body, fields: fields))
        return client
    }

    @Test(
        "Logins with the old password while it is changed: none is in afterwards, and the new password is the password",
        arguments: [8, 7])
    func passwordChange(cost: Int) throws {
        let stage = try stage(cost: 8)
        try add(email, cost: 8, stage)
        let first = try stage.login(email)
        if cost < 8 { try setBack(to: cost, stage) }
        let change = try beginChange(by: first, stage)
        let changed = Gate()
        let responses = Mutex<[Response]>([])
        let ended = Mutex(0)
        // Fewer than may wait, and always some that wait behind the new password's hash.
        for _ in 0..<6 {
            onThread { [email] in
                while !changed.hasOpened {
                    guard
                        let response = try? stage.account(
                            "POST", "/login", stage.credentials(email, Stage.password, #","cookie":false"#))
                    else { break }
                    responses.withLock { $0.append(response) }
                }
                ended.withLock { $0 += 1 }
            }
        }
        let answer = try change.response(to: "POST", within: .seconds(60))
        changed.open()
        #expect(answer.status == 200)
        try eventually("the last logins", within: .seconds(60)) { ended.withLock { $0 == 6 } }
        let logins = responses.withLock { $0 }
        for response in logins where response.status == 200 {
            let login = try response.login()
            #expect(try stage.refresh(try #require(login.refreshToken)).outcome == "401 refresh_invalid")
            #expect(try stage.get("/x", login.bearer).outcome == "401 token_revoked")
        }
        #expect(logins.contains { $0.outcome == "401 credentials_invalid" })
        #expect(try stage.account("POST", "/login", stage.credentials(email)).outcome == "401 credentials_invalid")
        #expect(try stage.get("/x", stage.login(email, newPassword).bearer).outcome == "200 upstream")
        try stage.end()
    }

    @Test("A token that somebody gets while the password is being changed is refused when it is")
    func refreshed() throws {
        let stage = try stage(cost: 11)
        let (first, other) = (try stage.newLogin(email), try stage.login(email))
        var newest = other
        let change = try beginChange(by: first, stage)
        let database = AccountDatabase(besides: stage.gateway.configurationFile)
        try eventually("the password to be changed") {
            let answer = try stage.refresh(try #require(newest.refreshToken))
            if answer.status == 200 { newest = try answer.login() }
            return try database.value("SELECT count(*) FROM audit WHERE kind = 'password_changed'") == "1"
        }
        let changed = try change.response(to: "POST", within: .seconds(60)).login()
        #expect(newest.accessToken != other.accessToken)
        #expect(try stage.get("/x", newest.bearer).outcome == "401 token_revoked")
        #expect(try stage.get("/x", changed.bearer).outcome == "200 upstream")
        try stage.end()
    }

    /// The first login made the hash anew.
    private func setBack(to cost: Int, _ stage: Stage) throws {
        try add("x\(email)", cost: cost, stage)
        try AccountDatabase(besides: stage.gateway.configurationFile).change(
            "UPDATE users SET hash = (SELECT hash FROM users WHERE email = 'x\(email)') WHERE email = '\(email)'")
    }

    @Test("Logins that wait while their user is disabled: none is in, also when he is enabled again")
    func disabled() throws {
        // Slow enough that most of them wait while the command starts.
        let stage = try stage(cost: 11)
        try add(email, cost: 11, stage)
        let waiting = try beginLogins(14, stage)
        try gateway(["users", "disable", email, "--config", stage.gateway.configurationFile])
        let logins = try waiting.map { try $0.response(to: "POST", within: .seconds(60)) }
        try gateway(["users", "enable", email, "--config", stage.gateway.configurationFile])
        #expect(logins.contains { $0.outcome == "401 credentials_invalid" })
        for response in logins where response.status == 200 {
            let token = try #require(try response.login().refreshToken)
            #expect(try stage.refresh(token).outcome == "401 refresh_invalid")
        }
        try stage.end()
    }

    @Test("Logging out everywhere counts, though an earlier one of the same user is still to be written")
    func pendingCutoff() throws {
        let stage = try Stage(.accounts(GatewayConfiguration.manyRequests))
        let first = try stage.newLogin(email)
        try stage.redis.stop()
        // Its token can't be looked up now; by command line nobody asks for one.
        let database = AccountDatabase(besides: stage.gateway.configurationFile)
        try gateway(["users", "end-sessions", email, "--config", stage.gateway.configurationFile])
        #expect(try database.value("SELECT count(*) FROM pending_revocations") == "1")
        // Many more are written before it.
        try database.change(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 990)
            INSERT INTO pending_revocations SELECT CAST(printf('0%05d', i) AS BLOB), CAST('x' AS BLOB), 99999999999999 FROM n
            """)
        let second = try stage.login(email)
        try stage.redis.start()
        try eventually("every event loop to have Redis") { try stage.gateway.admin("/ready").status == 200 }
        try eventually("the second logout to be written") {
            try stage.account("POST", "/logout-all", fields: [second.bearer]).status == 204
        }
        #expect(try stage.get("/x", second.bearer).outcome == "401 token_revoked")
        try eventually("all to be written") {
            try database.value("SELECT count(*) FROM pending_revocations") == "0"
        }
        for login in [first, second] { #expect(try stage.get("/x", login.bearer).outcome == "401 token_revoked") }
        #expect(try stage.get("/x", stage.login(email).bearer).outcome == "200 upstream")
        try stage.end()
    }
}
