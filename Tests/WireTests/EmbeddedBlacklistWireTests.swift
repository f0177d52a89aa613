import Glibc
import Testing

@Suite(
    "blacklist sqlite: logouts without Redis",
    .stage(.accounts(GatewayConfiguration.manyRequests, blacklist: "blacklist sqlite")))
struct EmbeddedBlacklistWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private let email = "u\(TestToken.newJTI())@example.com"

    @Test("A logout counts at once, on every event loop")
    func logout() throws {
        for _ in 0..<10 {
            let login = try stage.newLogin("u\(TestToken.newJTI())@example.com")
            #expect(try stage.get("/x", login.bearer).outcome == "200 upstream")
            #expect(try stage.account("POST", "/logout", fields: [login.bearer]).status == 204)
            // Each connection may be another loop's.
            for _ in 0..<8 { #expect(try stage.get("/x", login.bearer).outcome == "401 token_revoked") }
        }
    }

    @Test("Logging out everywhere refuses all earlier tokens, and no later ones")
    func everywhere() throws {
        let login = try stage.newLogin(email)
        #expect(try stage.account("POST", "/logout-all", fields: [login.bearer]).status == 204)
        #expect(try stage.get("/x", login.bearer).outcome == "401 token_revoked")
        #expect(try stage.get("/x", stage.login(email).bearer).outcome == "200 upstream")
    }

    @Test("What another process writes is known within a moment", arguments: ["revoke", "users"])
    func otherProcess(command: String) throws {
        let login = try stage.newLogin(email)
        let words = command == "revoke" ? ["revoke", login.accessToken] : ["users", "disable", email]
        let result = try run([Paths.gateway] + words + ["--config", stage.gateway.configurationFile])
        #expect(result.status == .exited(0), "\(result.errors)")
        try eventually("the gateway to know of it") {
            try stage.get("/x", login.bearer).outcome == "401 token_revoked"
        }
    }

    @Test("explain --blacklist looks into the same database")
    func explain() throws {
        let login = try stage.newLogin(email)
        func answer() throws -> String {
            try run(
                [
                    Paths.gateway, "explain", "GET", "/x", "--token", login.accessToken, "--blacklist", "--config",
                    stage.gateway.configurationFile,
                ]
            ).output
        }
        #expect(try !answer().contains("token_revoked"))
        #expect(try stage.account("POST", "/logout", fields: [login.bearer]).status == 204)
        #expect(try answer().contains("401 token_revoked"))
    }

    @Test("What was logged out stays so when the gateway dies and starts again")
    func durable() throws {
        let gateway = try GatewayProcess(
            .accounts(GatewayConfiguration.manyRequests, blacklist: "blacklist sqlite"), upstream: stage.upstream.port)
        func send(_ request: Request) throws -> Response {
            let client = try RawClient(port: gateway.port)
            try client.send(request.text)
            return try client.response(to: request.method)
        }
        func post(_ path: String, _ body: String?, _ fields: String...) throws -> Response {
            let type = body == nil ? [] : ["Content-Type: application/json"]
            return try send(Request(method: "POST", target: "/auth\(path)", fields: type + fields, body: body ?? ""))
        }
        #expect(try post("/register", stage.credentials(email)).status == 201)
        let login = try post("/login", stage.credentials(email)).login()
        #expect(try post("/logout", nil, login.bearer).status == 204)
        gateway.signal(SIGKILL)
        try gateway.waitForExit()
        let next = try ChildProcess(
            [Paths.gateway, "run", "--config", gateway.configurationFile, "--threads", "2"], environment: [:])
        defer { next.signal(SIGKILL) }
        try eventually("the gateway to accept again") { (try? Socket.connected(to: gateway.port)) != nil }
        #expect(try send(Request(target: "/x", fields: [login.bearer])).outcome == "401 token_revoked")
    }

    @Test("It needs accounts, and has nothing to set")
    func faults() throws {
        let folder = try TemporaryFolder()
        for (text, message) in [
            ("blacklist sqlite\n", "has no \"accounts\" block"),
            ("accounts {\n}\nblacklist sqlite {\n mode ask\n}\n", "\"blacklist sqlite\" has no block"),
        ] {
            let file = try folder.write("routes.conf", "listen 127.0.0.1:0\n\(text)")
            let result = try run([Paths.gateway, "check", file])
            #expect(result.status != .exited(0) && (result.output + result.errors).contains(message))
        }
    }
}
