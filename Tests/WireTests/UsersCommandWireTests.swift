import Testing

@Suite("gateway users: administration beside a running gateway", .stage(.accounts(GatewayConfiguration.manyRequests)))
struct UsersCommandWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private let email = "u\(TestToken.newJTI())@example.com"

    private func users(
        _ words: String..., input: String = ""
    ) throws -> (status: ExitStatus, output: String, errors: String) {
        let command = [Paths.gateway, "users"] + words + ["--config", stage.gateway.configurationFile]
        return try run(["/bin/sh", "-c", #"printf '%s' "$0" | "$@""#, input] + command)
    }

    @Test("A user who is added can log in, with the role that was given")
    func add() throws {
        let added = try users("add", email, "--role", "admin", input: "\(Stage.password)\n")
        #expect(added.status == .exited(0), "\(added.errors)")
        #expect(try stage.get("/admin/x", stage.login(email).bearer).outcome == "200 upstream")
        #expect(try users("list").output.contains("\(email)\tadmin\tenabled\t"))
        let again = try users("add", email, input: "\(Stage.password)\n")
        #expect(again.status == .exited(1) && again.errors.contains("has an account"))
    }

    @Test("A weak password is refused, and says why")
    func weak() throws {
        let refused = try users("add", email, input: "short\n")
        #expect(refused.status == .exited(1) && refused.errors.contains("at least 8 characters"))
    }

    @Test("A new role counts at once: the tokens with the old one are refused, a refresh brings the new one")
    func role() throws {
        let login = try stage.newLogin(email)
        #expect(try users("set-role", email, "admin").status == .exited(0))
        #expect(try stage.get("/x", login.bearer).outcome == "401 token_revoked")
        let next = try stage.refresh(try #require(login.refreshToken)).login()
        #expect(try stage.get("/admin/x", next.bearer).outcome == "200 upstream")
    }

    @Test("Who is disabled is out at once, and comes in again when enabled")
    func disable() throws {
        let login = try stage.newLogin(email)
        #expect(try users("disable", email).status == .exited(0))
        #expect(try stage.get("/x", login.bearer).outcome == "401 token_revoked")
        #expect(try stage.refresh(try #require(login.refreshToken)).outcome == "401 refresh_invalid")
        #expect(try stage.account("POST", "/login", stage.credentials(email)).outcome == "401 credentials_invalid")
        #expect(try users("enable", email).status == .exited(0))
        #expect(try stage.get("/x", stage.login(email).bearer).outcome == "200 upstream")
    }

    @Test("Who is deleted is out at once")
    func delete() throws {
        let login = try stage.newLogin(email)
        #expect(try users("delete", email).status == .exited(0))
        #expect(try stage.get("/x", login.bearer).outcome == "401 token_revoked")
        #expect(try stage.refresh(try #require(login.refreshToken)).outcome == "401 refresh_invalid")
        #expect(try users("sessions", email).errors.contains("there is no account"))
    }

    @Test("A password that is reset counts, the old one does not, and the sessions are ended")
    func resetPassword() throws {
        let login = try stage.newLogin(email)
        #expect(try users("sessions", email).output.contains("127.0.0.1"))
        #expect(try users("reset-password", email, input: "another horse battery\n").status == .exited(0))
        #expect(try stage.get("/x", login.bearer).outcome == "401 token_revoked")
        #expect(try users("sessions", email).output == "")
        #expect(try stage.account("POST", "/login", stage.credentials(email)).outcome == "401 credentials_invalid")
        #expect(try stage.get("/x", stage.login(email, "another horse battery").bearer).outcome == "200 upstream")
    }

    @Test("gateway secret prints secrets that differ")
    func secret() throws {
        let outputs = try (0..<2).map { _ in try run([Paths.gateway, "secret"]).output }
        #expect(outputs[0] != outputs[1] && outputs[0].count == 65)
    }
}
