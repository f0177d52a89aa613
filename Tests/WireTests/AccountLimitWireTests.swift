import TestSupport
import Testing

@Suite("Accounts: limits and failures")
struct AccountLimitWireTests {
    private let email = "u\(TestToken.newJTI())@example.com"

    @Test("Beyond its rate a login is 429 and says when to ask again", .stage(.accounts("rate login=3/h")))
    func rate() throws {
        let stage = try Stage.current
        for _ in 0..<3 {
            #expect(try stage.account("POST", "/login", stage.credentials(email)).outcome == "401 credentials_invalid")
        }
        let refused = try stage.account("POST", "/login", stage.credentials(email))
        #expect(refused.outcome == "429 rate_limited")
        #expect(Int(try #require(refused.field("retry-after"))) ?? 0 > 0)
    }

    @Test(
        "Beyond its rate a registration, a refresh and a password change are 429, too",
        .stage(.accounts("rate register=2/h refresh=2/h password=2/h login=100/h")))
    func otherRates() throws {
        let stage = try Stage.current
        let login = try stage.newLogin(email)
        func last(_ ask: () throws -> Response) throws -> [String] {
            try (0..<3).map { _ in try ask().outcome }
        }
        let unknown = String(repeating: "A", count: 43)
        #expect(
            try last { try stage.refresh(unknown) }
                == ["401 refresh_invalid", "401 refresh_invalid", "429 rate_limited"])
        let body = #"{"currentPassword":"not the horse","newPassword":"a new horse entirely"}"#
        #expect(
            try last { try stage.account("POST", "/password", body, fields: [login.bearer]) }
                == ["401 credentials_invalid", "401 credentials_invalid", "429 rate_limited"])
        #expect(
            try last { try stage.account("POST", "/register", stage.credentials(email)) }
                == ["409 email_taken", "429 rate_limited", "429 rate_limited"])
    }

    @Test("A network that used up its logins locks nobody out who comes from another")
    func rateOfNetwork() throws {
        var configuration = GatewayConfiguration.accounts("rate login=2/h")
        configuration.settings += "\ntrusted-proxies 127.0.0.1/32"
        let stage = try Stage(configuration)
        func login(_ address: String) throws -> String {
            let fields = ["Content-Type: application/json", "X-Forwarded-For: \(address)"]
            return try stage.send(
                stage.accountText("POST", "/login", stage.credentials(email), fields: fields), method: "POST"
            ).outcome
        }
        let refused = "401 credentials_invalid"
        #expect(try (0..<3).map { _ in try login("198.51.100.7") } == [refused, refused, "429 rate_limited"])
        #expect(try login("198.51.100.8") == "429 rate_limited")
        #expect(try login("203.0.113.7") == refused)
        try stage.end()
    }

    @Test("More passwords than can wait: the rest is 503 at once, unknown users' too, which take as long as any")
    func hashingQueue() throws {
        var configuration = GatewayConfiguration.hashing(cost: 11)
        _ = try configuration.useOneProcessor()
        let stage = try Stage(configuration)
        let clients = try (0..<60).map { _ in try stage.client() }
        let text = stage.accountText(
            "POST", "/login", stage.credentials(email), fields: ["Content-Type: application/json"])
        for client in clients { try client.send(text) }
        let answers = try clients.map { try $0.response(to: "POST", within: .seconds(60)) }
        let refused = answers.filter { $0.outcome == "503 overloaded" }
        #expect(!refused.isEmpty && refused.allSatisfy { $0.field("retry-after") != nil })
        #expect(answers.filter { $0.outcome == "401 credentials_invalid" }.count >= 16)
        #expect(Set(answers.map(\.outcome)).count == 2)
        try stage.end()
    }

    @Test("A hash costs what the file says, and is made anew at the first login after that has changed")
    func hashCost() throws {
        let stage = try Stage(.hashing(cost: 5))
        let database = AccountDatabase(besides: stage.gateway.configurationFile)
        _ = try stage.newLogin(email)
        #expect(try database.value("SELECT hash FROM users").hasPrefix("$2b$05$"))
        let script =
            #"sed 's/bcrypt-cost  5/bcrypt-cost  4/' "$0" > "$0.other" && echo "$1" | "$2" users reset-password "$3" --config "$0.other""#
        let changed = try run(
            ["/bin/sh", "-c", script, stage.gateway.configurationFile, Stage.password, Paths.gateway, email])
        #expect(changed.status == .exited(0), "\(changed.errors)")
        #expect(try database.value("SELECT hash FROM users").hasPrefix("$2b$04$"))
        for _ in 0..<2 { _ = try stage.login(email) }
        #expect(try database.value("SELECT hash FROM users").hasPrefix("$2b$05$"))
        try stage.end()
    }

    @Test(
        "Without a blacklist a user who is disabled or deleted has nothing of his account any more",
        arguments: ["disable", "delete"])
    func noBlacklist(command: String) throws {
        let stage = try Stage(.accounts(GatewayConfiguration.manyRequests, blacklist: ""))
        let login = try stage.newLogin(email)
        #expect(try stage.account("GET", "/me", fields: [login.bearer]).status == 200)
        let words = [Paths.gateway, "users", command, email, "--config", stage.gateway.configurationFile]
        #expect(try run(words).status == .exited(0))
        for path in ["/me", "/sessions"] {
            #expect(try stage.account("GET", path, fields: [login.bearer]).outcome == "401 token_invalid")
        }
        try stage.end()
    }

    @Test("Nobody else on the machine may read the database, the keys and the log")
    func modes() throws {
        var configuration = GatewayConfiguration.accounts()
        configuration.settings += "\nlog access.log"
        let stage = try Stage(configuration)
        _ = try stage.newLogin(email)
        let script =
            #"cd "${0%/*}" && stat -c '%a' gateway.db gateway.db-wal gateway.db.keys gateway.db.keys/* access.log"#
        let modes = try run(["/bin/sh", "-c", script, stage.gateway.configurationFile]).output
        #expect(modes == "600\n600\n700\n600\n600\n640\n")
        try stage.end()
    }

    @Test("Over TLS the cookie is for TLS only on the loopback, too")
    func cookieOverTLS() throws {
        let (certificates, port) = (try TestCertificates(), try ReservedPort.untilTheEnd())
        var configuration = GatewayConfiguration.accounts(GatewayConfiguration.manyRequests)
        configuration.settings += "\n" + (try certificates.listener(at: port, hosts: ["one.test"]))
        let stage = try Stage(configuration)
        _ = try stage.newLogin(email)
        let answer = try run([
            "curl", "-sS", "-m", "10", "-i", "--noproxy", "*", "--cacert", certificates.path("ca.pem"), "-H",
            "Content-Type: application/json", "-d", stage.credentials(email), "https://127.0.0.1:\(port)/auth/login",
        ]).output
        #expect(answer.contains("__Secure-refresh=") && answer.contains("; Secure;"), "\(answer)")
        try stage.end()
    }

    @Test(
        "A logout of nobody is answered and leaves nothing behind, so that a flood of them fills no disk",
        .stage(.accounts(GatewayConfiguration.manyRequests)))
    func anonymousLogout() throws {
        let stage = try Stage.current
        let login = try stage.newLogin(email)
        let database = AccountDatabase(besides: stage.gateway.configurationFile)
        let before = try database.value("SELECT count(*) FROM audit")
        let unknown = String(repeating: "A", count: 43)
        for body in [nil, #"{"refreshToken":"\#(unknown)"}"#, #"{"refreshToken":"no token"}"#] {
            #expect(try stage.account("POST", "/logout", body).status == 204)
        }
        #expect(try database.value("SELECT count(*) FROM audit") == before)
        #expect(try stage.account("POST", "/logout", fields: [login.bearer]).status == 204)
        #expect(try database.value("SELECT kind FROM audit ORDER BY id DESC") == "logged_out")
    }

    @Test("Closed, nobody registers", .stage(.accounts("registration closed")))
    func closed() throws {
        let stage = try Stage.current
        #expect(
            try stage.account("POST", "/register", stage.credentials(email)).outcome == "403 registration_closed")
    }

    @Test(
        "A replay behind the grace time ends the family, and is in the audit", .stage(.accounts("grace 0s")))
    func replay() throws {
        let stage = try Stage.current
        let first = try stage.newLogin(email)
        let token = try #require(first.refreshToken)
        let second = try stage.refresh(token).login()
        // Until its successor is used, the predecessor gives the same one.
        #expect(try stage.refresh(token).login().refreshToken == second.refreshToken)
        let third = try stage.refresh(try #require(second.refreshToken)).login()
        #expect(try stage.refresh(token).outcome == "401 refresh_reused")
        #expect(try stage.refresh(try #require(third.refreshToken)).outcome == "401 refresh_invalid")
        #expect(try stage.get("/api", third.bearer).outcome == "401 token_revoked")
        try stage.waitForLog(#""kind":"refresh_reused""#)
    }

    @Test(
        "A refresh token ends with its life",
        .stage(.accounts("access-life 1s\nrefresh-life 2s\nabsolute-life 1h\n" + GatewayConfiguration.manyRequests)))
    func expiry() throws {
        let stage = try Stage.current
        let token = try #require(try stage.newLogin(email).refreshToken)
        #expect(try stage.refresh(token).status == 200)
        try eventually("the token to end") { try stage.refresh(token).outcome == "401 refresh_expired" }
    }

    @Test(
        "A session ends with its absolute life, however often it is refreshed",
        .stage(.accounts("access-life 1s\nrefresh-life 2s\nabsolute-life 3s\n" + GatewayConfiguration.manyRequests)))
    func absoluteLife() throws {
        let stage = try Stage.current
        var token = try #require(try stage.newLogin(email).refreshToken)
        try eventually("the session to end") {
            let response = try stage.refresh(token)
            guard response.status == 200 else { return response.outcome == "401 refresh_expired" }
            token = try #require(try response.login().refreshToken)
            return false
        }
    }
}
