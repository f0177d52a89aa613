internal import Testing

extension GatewayConfiguration {
    fileprivate static let tokenRoutes = GatewayConfiguration(routes: "* /public/** public\n* /** authenticated")
}

@Suite("Tokens, end to end", .stage(.tokenRoutes))
struct TokenWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private func outcome(_ token: TestToken) throws -> String { try stage.get("/x", token: token).outcome }

    @Test("What the field learned to refuse is refused")
    func refused() throws {
        let now = unixMilliseconds() / 1000
        #expect(try outcome(TestToken()) == "200 upstream")
        #expect(try outcome(TestToken().with("exp", "\(now - 1)")) == "401 token_expired")
        #expect(try outcome(TestToken().with("exp", nil)) == "401 token_invalid")
        #expect(try outcome(TestToken().with("exp", "\"\(now + 300)\"")) == "401 token_invalid")
        #expect(try outcome(TestToken().with("nbf", "\(now + 300)")) == "401 token_not_yet_valid")
        #expect(try outcome(TestToken().with("iss", #""https://evil.test""#)) == "401 token_invalid")
        #expect(try outcome(TestToken().with("aud", #""other""#)) == "401 token_invalid")
        #expect(try outcome(TestToken().with("aud", #"["other","legacy-app"]"#)) == "200 upstream")
        #expect(
            try stage.get(
                "/x", "Authorization: Bearer \(TestToken().signed(with: "another-key-another-key-another-1"))"
            ).status == 401)
    }

    @Test(
        "Another algorithm than the key's is refused, none in any case",
        arguments: ["none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "hs256", ""])
    func algorithm(name: String) throws {
        var token = TestToken()
        token.header = #"{"alg":"\#(name)","typ":"JWT"}"#
        #expect(try outcome(token) == "401 token_invalid")
        #expect(try stage.get("/x", "Authorization: Bearer \(token.signingInput()).").outcome == "401 token_invalid")
        #expect(try stage.get("/x", "Authorization: Bearer \(token.signingInput())").outcome == "401 token_invalid")
    }

    @Test("A token whose role was changed after it was signed is refused")
    func tampered() throws {
        let token = TestToken(role: "user")
        let signature = token.signed().split(separator: ".")[2]
        let forged = token.with("role", #""admin""#).signingInput() + "." + signature
        #expect(try stage.get("/x", "Authorization: Bearer \(forged)").outcome == "401 token_invalid")
    }

    @Test("A token that passed is refused from the moment it expires, and one that was refused passes from its nbf on")
    func time() throws {
        let now = unixMilliseconds() / 1000
        let token = TestToken().with("exp", "\(now + 2)")
        #expect(try outcome(token) == "200 upstream")
        let early = TestToken().with("nbf", "\(now + 6)")  // five seconds of leeway
        #expect(try outcome(early) == "401 token_not_yet_valid")
        try eventually("the token to expire") { try outcome(token) == "401 token_expired" }
        try eventually("the other to become valid") { try outcome(early) == "200 upstream" }
    }

    @Test("The scheme is Bearer in any case; another scheme is no token; an empty or malformed one is invalid")
    func schemes() throws {
        let token = TestToken().signed()
        for scheme in ["Bearer", "bearer", "BEARER"] {
            #expect(try stage.get("/x", "Authorization: \(scheme) \(token)").outcome == "200 upstream", "\(scheme)")
        }
        for value in ["Basic dTpw", "", "Token \(token)", token, "Bearerx \(token)"] {
            #expect(try stage.get("/x", "Authorization: \(value)").outcome == "401 token_missing", "\(value)")
        }
        for value in [
            "Bearer", "Bearer ", "Bearer x", "Bearer \(token) x", "Bearer \(token),\(token)", "Bearer \(token)=",
            "Bearer ...", "Bearer ..",
        ] {
            #expect(try stage.get("/x", "Authorization: \(value)").outcome == "401 token_invalid", "\(value)")
        }
    }

    @Test("Two Authorization fields are 400, even when they are the same or one is empty")
    func twoFields() throws {
        let bearer = TestToken().bearer
        for second in [bearer, "Authorization:", "authorization: Basic dTpw"] {
            for target in ["/x", "/public/x"] {
                #expect(try stage.get(target, bearer, second).outcome == "400 token_ambiguous")
            }
        }
    }

    @Test("access_token in the query is plain data")
    func query() throws {
        #expect(try stage.get("/x?access_token=\(TestToken().signed())").outcome == "401 token_missing")
        #expect(try stage.get("/x?access_token=x", token: TestToken()).outcome == "200 upstream")
    }

    @Test("A token of the largest size that fits a header is refused or taken, never a failure")
    func large() throws {
        for size in [1000, 7000, 15_000, 28_000] {
            let token = TestToken().with("padding", TestToken.quoted(String(repeating: "p", count: size)))
            let outcome = try outcome(token)
            #expect(["200 upstream", "401 token_invalid", "431 header_too_large"].contains(outcome), "\(size)")
        }
    }
}

extension GatewayConfiguration {
    /// examples/jwt-guide.conf's tokens: no issuer, no audience, no jti, the subject called userId.
    fileprivate static let guide = GatewayConfiguration(
        tokens: "tokens {\n key HS256 env:ACCESS_TOKEN_SECRET\n subject userId\n invalid-token-status 403\n}")
}

@Suite("Tokens of the JWT guide's shape", .stage(.guide))
struct GuideTokenWireTests {
    private var token: TestToken {
        let now = unixMilliseconds() / 1000
        var token = TestToken()
        token.claims = [
            ("userId", #""42""#), ("email", #""grace@example.com""#), ("role", #""user""#), ("iat", "\(now)"),
            ("exp", "\(now + 900)"),
        ]
        return token
    }

    @Test("userId, email and role reach the application")
    func identity() throws {
        let echo = try Stage.current.get("/x", token: token).echo()
        #expect(echo.all("X-User-Id") == ["42"])
        #expect(echo.all("X-User-Email") == ["grace@example.com"])
        #expect(echo.all("X-User-Role") == ["user"])
    }

    @Test("A userId that is a number is its digits")
    func number() throws {
        #expect(try Stage.current.get("/x", token: token.with("userId", "42")).echo().all("X-User-Id") == ["42"])
    }

    @Test("invalid-token-status 403 is for those who want 403 for a bad token; a missing one stays 401")
    func status() throws {
        let stage = try Stage.current
        #expect(try stage.get("/x", token: token.with("exp", "1")).outcome == "403 token_expired")
        #expect(try stage.get("/x", "Authorization: Bearer x").outcome == "403 token_invalid")
        #expect(try stage.get("/x").outcome == "401 token_missing")
    }
}
