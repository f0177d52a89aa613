import Testing

/// A hash takes its time, and so does everything that waits for one.
@Suite("Accounts: what is under way when a user's sessions are ended")
struct AccountUnderWayWireTests {
    private let email = "u\(TestToken.newJTI())@example.com"
    private let newPassword = "a new horse entirely"

    private func stage() throws -> Stage {
        var configuration = GatewayConfiguration.accounts(GatewayConfiguration.manyRequests)
        configuration.settings.replace("bcrypt-cost  4", with: "bcrypt-cost  11")
        return try Stage(configuration)
    }

    /// Sends a password change, and calls `meanwhile` again and again until it is answered.
    private func changePassword(
        _ stage: Stage, _ login: Login, meanwhile: () throws -> Void
    ) throws -> Response {
        let body = #"{"currentPassword":"\#(Stage.password)","newPassword":"\#(newPassword)"}"#
        let change = try stage.client()
        try change.send(
            stage.accountText(
                "POST", "/password", body, fields: ["Content-Type: application/json", login.bearer]))
        let database = AccountDatabase(besides: stage.gateway.configurationFile)
        try eventually("the password to be changed") {
            try meanwhile()
            return try database.value("SELECT count(*) FROM audit WHERE kind = 'password_changed'") == "1"
        }
        return try change.response(to: "POST", within: .seconds(60))
    }

    @Test("A token that somebody gets while the password is being changed is refused when it is")
    func refreshed() throws {
        let stage = try stage()
        let (first, other) = (try stage.newLogin(email), try stage.login(email))
        var newest = other
        let changed = try changePassword(stage, first) {
            let answer = try stage.refresh(try #require(newest.refreshToken))
            if answer.status == 200 { newest = try answer.login() }
        }
        #expect(newest.accessToken != other.accessToken)
        #expect(try stage.get("/x", newest.bearer).outcome == "401 token_revoked")
        #expect(try stage.get("/x", changed.login().bearer).outcome == "200 upstream")
        try stage.end()
    }

    @Test("A logout that waits for Redis does not take back a later one")
    func laterCutoff() throws {
        let stage = try Stage(.accounts(GatewayConfiguration.manyRequests))
        let database = AccountDatabase(besides: stage.gateway.configurationFile)
        func endSessions() throws -> ExitStatus {
            try run([Paths.gateway, "users", "end-sessions", email, "--config", stage.gateway.configurationFile]).status
        }
        _ = try stage.newLogin(email)
        try stage.redis.stop()
        #expect(try endSessions() == .exited(0))
        #expect(try database.value("SELECT count(*) FROM pending_revocations") == "1")
        let between = try stage.login(email)
        try stage.redis.start()
        #expect(try endSessions() == .exited(0))
        try eventually("nothing to wait for Redis") {
            try database.value("SELECT count(*) FROM pending_revocations") == "0"
        }
        var outcome = ""
        try eventually("Redis to be asked") {
            outcome = try stage.get("/x", between.bearer).outcome
            return outcome != "503 blacklist_unavailable"
        }
        #expect(outcome == "401 token_revoked")
        try stage.end()
    }
}
