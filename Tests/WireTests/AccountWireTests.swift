import Testing

@Suite("Accounts", .stage(.accounts(GatewayConfiguration.manyRequests)))
struct AccountWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private let email = "u\(TestToken.newJTI())@example.com"

    @Test("Register, log in, call, see oneself: the upstream is told who asks")
    func story() throws {
        let registered = try stage.account("POST", "/register", stage.credentials(email.uppercased()))
        #expect(registered.status == 201)
        #expect(registered.text.contains(#""email":"\#(email)","role":"user""#))
        #expect(registered.field("cache-control") == "no-store")
        let login = try stage.login(email)
        #expect(login.tokenType == "Bearer" && login.expiresIn == 900)
        #expect(try stage.get("/api", login.bearer).outcome == "200 upstream")
        #expect(try stage.get("/admin/x", login.bearer).outcome == "403 role_required")
        let me = try stage.account("GET", "/me", fields: [login.bearer])
        #expect(me.status == 200 && me.text.contains(email))
    }

    @Test("An address belongs to one account, in any case")
    func taken() throws {
        _ = try stage.newLogin(email)
        let again = try stage.account("POST", "/register", stage.credentials(email.uppercased()))
        #expect(again.outcome == "409 email_taken")
    }

    @Test("An unknown user and a wrong password get the same answer")
    func noOracle() throws {
        _ = try stage.newLogin(email)
        let wrong = try stage.account("POST", "/login", stage.credentials(email, "another horse"))
        let unknown = try stage.account("POST", "/login", stage.credentials("x\(email)", "another horse"))
        #expect(wrong.outcome == "401 credentials_invalid" && unknown.outcome == "401 credentials_invalid")
        #expect(try wrong.problem().error == unknown.problem().error)
        #expect(wrong.body.bytes.count == unknown.body.bytes.count)
    }

    @Test(
        "A faulty body is refused, and the answer says what is wrong",
        arguments: [
            ("", "400 validation_failed"), ("[]", "400 validation_failed"), ("{", "400 validation_failed"),
            (#"{"email":"a@b.example"}"#, "400 validation_failed"),
            (#"{"email":1,"password":"correct horse"}"#, "400 validation_failed"),
            (#"{"email":"a@b.example","password":"short"}"#, "400 validation_failed"),
            (#"{"email":"a@b.example","password":"password123"}"#, "400 validation_failed"),
            (#"{"email":"a@b.example","password":"PassWord123"}"#, "400 validation_failed"),
            (#"{"email":"a@b.example","password":"aaaaaaaaaa"}"#, "400 validation_failed"),
            (#"{"email":"a@b.example","password":"45678901"}"#, "400 validation_failed"),
            (#"{"email":"no address","password":"correct horse"}"#, "400 validation_failed"),
            (#"{"email":"a@b.example","password":"correct horse","role":"admin"}"#, "400 validation_failed"),
            (#"{"email":"a@b.example","email":"c@d.example","password":"correct horse"}"#, "400 validation_failed"),
            (#"{"email":"a@b.example","password":"nul\u0000nul\u0000nul"}"#, "400 validation_failed"),
            (
                #"{"email":"a@b.example","password":"\#(String(repeating: "é", count: 36))x"}"#,
                "400 validation_failed"
            ),
            (#"{"email":"a@b.example","password":"\#(String(repeating: "x", count: 20000))"}"#, "413 body_too_large"),
        ])
    func faultyBody(body: String, outcome: String) throws {
        let response = try stage.account("POST", "/register", body)
        #expect(response.outcome == outcome, "\(body.prefix(80))")
        #expect(response.text.contains(#","fields":["#) == (response.status == 400), "\(response.text)")
    }

    @Test(
        "A body that is not sent as JSON is 415",
        arguments: [
            [], ["text/plain"], ["application/x-www-form-urlencoded"], ["application/json-patch+json"],
            ["application/json; charset=utf-16"], ["application/json", "text/plain"],
        ])
    func mediaType(types: [String]) throws {
        let text = stage.accountText(
            "POST", "/login", stage.credentials(email), fields: types.map { "Content-Type: \($0)" })
        #expect(try stage.send(text, method: "POST").outcome == "415 unsupported_media_type")
    }

    @Test("A body that does not say how long it is may be as long as any other, and no longer")
    func chunkedBody() throws {
        let head = "POST /auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        func chunk(_ body: String) -> String {
            head + "Transfer-Encoding: chunked\r\n\r\n" + String(body.utf8.count, radix: 16)
                + "\r\n\(body)\r\n0\r\n\r\n"
        }
        #expect(try stage.send(chunk(stage.credentials(email)), method: "POST").outcome == "401 credentials_invalid")
        let long = stage.credentials(email, String(repeating: "x", count: 20_000))
        #expect(try stage.send(chunk(long), method: "POST").outcome == "413 body_too_large")
    }

    @Test("An address and a password are the same, composed or not (NFC)")
    func composed() throws {
        let (composed, apart) = ("\u{e9}", "e\u{301}")
        _ = try stage.account("POST", "/register", stage.credentials(composed + email, "correct hors\(composed)"))
        let again = try stage.account("POST", "/register", stage.credentials(apart + email, "correct hors\(apart)"))
        #expect(again.outcome == "409 email_taken")
        #expect(try stage.get("/api", stage.login(apart + email, "correct hors\(apart)").bearer).status == 200)
    }

    @Test(
        "What is no e-mail address, or looks like another's, is refused",
        arguments: [
            "a b@c.example", "a@b@c.example", "@c.example", "a@c", "a@.example", "a@-c.example", ".a@c.example",
            "a..b@c.example", "<a>@c.example", "a\u{200B}b@c.example", "a\u{202E}b@c.example",
            String(repeating: "a", count: 65) + "@c.example",
            "a@" + String(repeating: "c", count: 250) + ".example",
        ])
    func faultyAddress(address: String) throws {
        let response = try stage.account("POST", "/register", stage.credentials(address))
        #expect(response.outcome == "400 validation_failed")
        #expect(response.text.contains("is no e-mail address"))
    }

    @Test("A password that begins with the right one and is longer than bcrypt reads is wrong")
    func cutPassword() throws {
        let password = String(repeating: "horse ba", count: 9)
        #expect(try stage.account("POST", "/register", stage.credentials(email, password)).status == 201)
        #expect(try stage.get("/api", stage.login(email, password).bearer).status == 200)
        for longer in [password + "x", password + "\\u0000"] {
            let response = try stage.account("POST", "/login", stage.credentials(email, longer))
            #expect(response.outcome == "401 credentials_invalid")
        }
    }

    @Test("Only the methods of an endpoint are answered, and only its paths")
    func methods() throws {
        let get = try stage.account("GET", "/login")
        #expect(get.outcome == "405 method_not_allowed" && get.field("allow") == "POST")
        #expect(try stage.account("POST", "/nothing").outcome == "404 no_route")
        #expect(try stage.account("GET", "/me").outcome == "401 token_missing")
        // Not below the prefix: an ordinary path.
        #expect(try stage.get("/authx/nothing").outcome == "401 token_missing")
    }

    // MARK: The cookie

    @Test("A login sets the cookie, out of reach of scripts and other sites; a logout takes it back")
    func cookie() throws {
        _ = try stage.newLogin(email)
        let login = try stage.account("POST", "/login", stage.credentials(email))
        let set = try #require(login.field("set-cookie"))
        #expect(set.hasPrefix("refresh=") && set.contains("; Path=/auth; Max-Age=604800; HttpOnly; SameSite=Strict"))
        #expect(try login.login().refreshToken == nil)
        let cookie = "Cookie: other=1; " + set.prefix { $0 != ";" }
        #expect(try stage.account("POST", "/refresh", fields: [cookie]).status == 200)
        let out = try stage.account("POST", "/logout", fields: [cookie])
        #expect(out.status == 204)
        #expect(try #require(out.field("set-cookie")).contains("refresh=; Path=/auth; Max-Age=0;"))
        #expect(try stage.account("POST", "/refresh", fields: [cookie]).outcome == "401 refresh_invalid")
    }

    @Test(
        "Away from the loopback the cookie is for TLS only, and its name says so",
        arguments: ["app.example", "127.app.example", "127.0.0.1.example", "127.0.0.256", "localhost.example"])
    func secureCookie(host: String) throws {
        _ = try stage.newLogin(email)
        let text = stage.accountText(
            "POST", "/login", stage.credentials(email), fields: ["Content-Type: application/json"]
        ).replacing("Host: 127.0.0.1", with: "Host: \(host)")
        let set = try #require(try stage.send(text, method: "POST").field("set-cookie"))
        #expect(set.hasPrefix("__Secure-refresh=") && set.contains("; Secure;"))
    }

    @Test(
        "Another site's refresh and logout are refused",
        arguments: [
            "Origin: https://evil.example", "Origin: https://evil.127.0.0.1", "Origin: null",
            "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site",
        ])
    func crossSite(field: String) throws {
        let login = try stage.newLogin(email)
        for path in ["/refresh", "/logout"] {
            let response = try stage.account(
                "POST", path, #"{"refreshToken":"\#(login.refreshToken ?? "")"}"#, fields: [field])
            #expect(response.outcome == "403 cross_site")
        }
    }

    @Test("Two refresh cookies are refused: one of them may have been planted")
    func twoCookies() throws {
        _ = try stage.newLogin(email)
        let set = try #require(
            try stage.account("POST", "/login", stage.credentials(email)).field("set-cookie"))
        let cookie = String(set.prefix { $0 != ";" })
        let planted = "refresh=" + String(repeating: "A", count: 43)
        for field in ["Cookie: \(planted); \(cookie)", "Cookie: \(cookie); \(planted)"] {
            #expect(try stage.account("POST", "/refresh", fields: [field]).outcome == "401 refresh_invalid")
        }
        #expect(try stage.account("POST", "/refresh", fields: ["Cookie: \(cookie)"]).status == 200)
    }

    @Test("A planted cookie keeps nobody from logging out who has an access token")
    func logoutWithTwoCookies() throws {
        let login = try stage.newLogin(email)
        let planted = "Cookie: refresh=" + String(repeating: "A", count: 43) + "; refresh=x"
        #expect(try stage.account("POST", "/logout", fields: [planted]).outcome == "401 refresh_invalid")
        let out = try stage.account("POST", "/logout", fields: [planted, login.bearer])
        #expect(out.status == 204 && out.field("set-cookie")?.contains("Max-Age=0") == true)
        #expect(try stage.refresh(try #require(login.refreshToken)).outcome == "401 refresh_invalid")
    }

    @Test("A logout that was cut off by a crash can be asked for again, and then ends the access tokens")
    func logoutAgain() throws {
        let login = try stage.newLogin(email)
        // What a crash leaves behind that came between the database and the blacklist.
        try AccountDatabase(besides: stage.gateway.configurationFile).change(
            "UPDATE sessions SET ended_at = last_used_at WHERE user_id = (SELECT id FROM users WHERE email = '\(email)')"
        )
        #expect(try stage.get("/api", login.bearer).outcome == "200 upstream")
        let body = #"{"refreshToken":"\#(try #require(login.refreshToken))"}"#
        #expect(try stage.account("POST", "/logout", body).status == 204)
        #expect(try stage.get("/api", login.bearer).outcome == "401 token_revoked")
    }

    // MARK: Rotation

    @Test("100 refreshes of one token at once: all succeed, with one successor, and the database holds one chain")
    func parallelRefreshes() throws {
        let login = try stage.newLogin(email)
        let body = #"{"refreshToken":"\#(try #require(login.refreshToken))"}"#
        let clients = try (0..<100).map { _ in try stage.client() }
        let text = stage.accountText("POST", "/refresh", body, fields: ["Content-Type: application/json"])
        for client in clients { try client.send(text) }
        let logins = try clients.map { try $0.response(to: "POST").login() }
        #expect(Set(logins.map(\.refreshToken)).count == 1)
        #expect(Set(logins.map(\.accessToken)).count == 100)
        let count = try AccountDatabase(besides: stage.gateway.configurationFile).value(
            "SELECT count(*) FROM refresh_tokens WHERE session_id IN (SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = '\(email)')"
        )
        #expect(count == "2")
    }

    @Test("Every access token of a session ends with it, also those of a refresh that was asked twice")
    func everyAccessToken() throws {
        let login = try stage.newLogin(email)
        let token = try #require(login.refreshToken)
        let refreshed = try (0..<2).map { _ in try stage.refresh(token).login() }
        let last = try stage.refresh(try #require(refreshed[0].refreshToken)).login()
        let body = #"{"refreshToken":"\#(try #require(last.refreshToken))"}"#
        #expect(try stage.account("POST", "/logout", body).status == 204)
        for each in [login, refreshed[0], refreshed[1], last] {
            #expect(try stage.get("/api", each.bearer).outcome == "401 token_revoked")
        }
    }

    @Test("The successor is stored nowhere, nor is any other token or password")
    func nothingSecretStored() throws {
        let login = try stage.newLogin(email)
        let next = try stage.refresh(try #require(login.refreshToken)).login()
        let file = stage.gateway.configurationFile.replacing("routes.conf", with: "gateway.db")
        let script = """
            import base64, sys
            data = b"".join(open(sys.argv[1] + end, "rb").read() for end in ("", "-wal"))
            def octets(text):
                try: return base64.urlsafe_b64decode(text + "=")
                except ValueError: return text.encode()
            print([text for text in sys.argv[2:] if text.encode() in data or octets(text) in data])
            """
        let secrets = [login.refreshToken ?? "", next.refreshToken ?? "", next.accessToken, Stage.password]
        let result = try run(["python3", "-c", script, file] + secrets)
        #expect(result.output == "[]\n", "\(result.errors)")
        for secret in secrets { #expect(!stage.gateway.everythingItWrote.contains(secret)) }
    }

    // MARK: Ends

    @Test("A logout ends the session and its access tokens at once")
    func logout() throws {
        let login = try stage.newLogin(email)
        let other = try stage.login(email)
        #expect(try stage.account("POST", "/logout", fields: [login.bearer]).status == 204)
        #expect(try stage.get("/api", login.bearer).outcome == "401 token_revoked")
        #expect(try stage.account("GET", "/me", fields: [login.bearer]).outcome == "401 token_revoked")
        #expect(try stage.refresh(try #require(login.refreshToken)).outcome == "401 refresh_invalid")
        #expect(try stage.get("/api", other.bearer).outcome == "200 upstream")
    }

    @Test("A logout by the refresh token alone ends the access tokens, too")
    func logoutByRefreshToken() throws {
        let login = try stage.newLogin(email)
        let body = #"{"refreshToken":"\#(try #require(login.refreshToken))"}"#
        #expect(try stage.account("POST", "/logout", body).status == 204)
        #expect(try stage.get("/api", login.bearer).outcome == "401 token_revoked")
    }

    @Test("Logging out everywhere ends every session, and a login right after it counts")
    func logoutAll() throws {
        let logins = try [stage.newLogin(email), stage.login(email)]
        #expect(try stage.account("POST", "/logout-all", fields: [logins[0].bearer]).status == 204)
        for login in logins {
            #expect(try stage.get("/api", login.bearer).outcome == "401 token_revoked")
            #expect(try stage.refresh(try #require(login.refreshToken)).outcome == "401 refresh_invalid")
        }
        #expect(try stage.get("/api", stage.login(email).bearer).outcome == "200 upstream")
    }

    @Test("A password change ends all other sessions; its own answer is a new login")
    func passwordChange() throws {
        let login = try stage.newLogin(email)
        let body = #"{"currentPassword":"\#(Stage.password)","newPassword":"a new horse entirely"}"#
        let wrong = #"{"currentPassword":"not the horse","newPassword":"a new horse entirely"}"#
        #expect(
            try stage.account("POST", "/password", wrong, fields: [login.bearer]).outcome == "401 credentials_invalid")
        let changed = try stage.account("POST", "/password", body, fields: [login.bearer])
        let new = try changed.login()
        #expect(changed.field("set-cookie")?.hasPrefix("refresh=") == true && new.refreshToken == nil)
        #expect(try stage.get("/api", login.bearer).outcome == "401 token_revoked")
        #expect(try stage.get("/api", new.bearer).outcome == "200 upstream")
        #expect(try stage.account("POST", "/login", stage.credentials(email)).outcome == "401 credentials_invalid")
        let other = try stage.login(email, "a new horse entirely")
        #expect(try stage.get("/api", other.bearer).outcome == "200 upstream")
        let back = #"{"currentPassword":"a new horse entirely","newPassword":"\#(Stage.password)","cookie":false}"#
        let changedBack = try stage.account("POST", "/password", back, fields: [other.bearer])
        #expect(changedBack.field("set-cookie") == nil)
        #expect(try stage.refresh(try #require(changedBack.login().refreshToken)).status == 200)
    }

    @Test("A new password must be as good as a first one")
    func weakNewPassword() throws {
        let login = try stage.newLogin(email)
        for password in ["short", "password123", String(repeating: "x", count: 73)] {
            let body = #"{"currentPassword":"\#(Stage.password)","newPassword":"\#(password)"}"#
            #expect(
                try stage.account("POST", "/password", body, fields: [login.bearer]).outcome
                    == "400 validation_failed")
        }
        #expect(try stage.get("/api", stage.login(email).bearer).outcome == "200 upstream")
    }

    @Test("One session can be ended from another, and nobody else's")
    func endSession() throws {
        let (login, other) = (try stage.newLogin(email), try stage.login(email))
        let list = try stage.account("GET", "/sessions", fields: [login.bearer]).text
        let current = try #require(list.split(separator: "{").first { $0.contains(#""current":true"#) })
        let id = try #require(current.split(separator: "\"").first { $0.utf8.count == 32 })
        let stranger = try stage.newLogin()
        #expect(
            try stage.account("DELETE", "/sessions/\(id)", fields: [stranger.bearer]).outcome == "404 session_unknown")
        #expect(try stage.account("DELETE", "/sessions/\(id)", fields: [other.bearer]).status == 204)
        #expect(try stage.get("/api", login.bearer).outcome == "401 token_revoked")
        #expect(try stage.get("/api", other.bearer).outcome == "200 upstream")
    }
}
