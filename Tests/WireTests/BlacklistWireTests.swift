internal import Testing

extension GatewayConfiguration {
    fileprivate static let revocations = GatewayConfiguration(
        blacklist: blacklist,
        routes: """
            *  /public/**    public
            *  /optional/**  optional
            *  /admin/**     role=admin
            *  /**           authenticated
            """)
}

@Suite("Logged-out tokens", .stage(.revocations))
struct BlacklistWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    /// A subject of its own for each test: its cutoff must not touch another's tokens.
    private let subject = "s-" + TestToken.newJTI()

    private func outcome(_ token: TestToken, _ target: String = "/x") throws -> String {
        try stage.get(target, token: token).outcome
    }

    @Test("A token passes until its jti is on the blacklist, from then on it is 401, and the challenge says so")
    func jti() throws {
        let jti = TestToken.newJTI()
        let token = TestToken(sub: subject, jti: jti)
        #expect(try outcome(token) == "200 upstream")
        try stage.redis.set("blacklist:\(jti)", "logged out")
        let response = try stage.get("/x", token: token)
        #expect(response.outcome == "401 token_revoked")
        #expect(try #require(response.field("www-authenticate")).contains(#"error="invalid_token""#))
        #expect(try outcome(TestToken(sub: subject)) == "200 upstream")
    }

    @Test("A key of any type counts, with and without TTL")
    func anyType() throws {
        for (index, words) in [["SET", "1"], ["LPUSH", "1"], ["SADD", "1"], ["HSET", "a", "1"], ["SET", ""]]
            .enumerated()
        {
            let jti = "\(subject)-\(index)"
            let connection = try RedisConnection(port: stage.redis.port)
            #expect(try !connection.command([words[0], "blacklist:\(jti)"] + words.dropFirst()).isError(""))
            #expect(try outcome(TestToken(sub: subject, jti: jti)) == "401 token_revoked", "\(words)")
        }
    }

    @Test("A token without jti is looked up by the SHA-256 of its signing input; one with a jti is not")
    func signingInput() throws {
        for jti in [nil, TestToken.newJTI()] {
            let token = TestToken(sub: subject, jti: jti)
            #expect(try outcome(token) == "200 upstream")
            try stage.redis.set("blacklist:sha256:\(SHA256.hex(Array(token.signingInput().utf8)))", "1")
            #expect(try outcome(token) == (jti == nil ? "401 token_revoked" : "200 upstream"))
        }
    }

    @Test(
        "A jti is looked up whole, as the bytes it stands for",
        arguments: [
            (#""a b""#, "a b"), (#""a\u00e9""#, "a\u{e9}"), (#""a\r\nFLUSHALL\r\n""#, "a\r\nFLUSHALL\r\n"),
            (#""sub:x""#, "sub:x"),
            (#""a\u0000b""#, "a\0b"), (#""*\"{}""#, #"*"{}"#),
        ])
    func oddIdentifiers(json: String, bytes: String) throws {
        let token = TestToken(sub: subject).with("jti", json)
        let control = TestToken(sub: subject, jti: "control-\(subject)")
        try stage.redis.set("blacklist:control-\(subject)", "1")
        try stage.redis.command("DEL", "blacklist:\(bytes)")
        #expect(try outcome(token) == "200 upstream")
        try stage.redis.set("blacklist:\(bytes)", "1")
        #expect(try outcome(token) == "401 token_revoked")
        #expect(try outcome(control) == "401 token_revoked")
    }

    @Test(
        "A jti that is empty, no string, or too long makes the token invalid",
        arguments: [#""""#, "7", "null", "[]", "{}", "true"])
    func invalidIdentifier(json: String) throws {
        #expect(try outcome(TestToken(sub: subject).with("jti", json)) == "401 token_invalid")
    }

    @Test("A subject's cutoff refuses what was issued before it, to the millisecond")
    func cutoff() throws {
        let now = unixMilliseconds()
        try stage.redis.set("blacklist:sub:\(subject)", String(now))
        let seconds = now / 1000
        func issued(_ iat: String?) throws -> String { try outcome(TestToken(sub: subject).with("iat", iat)) }
        func decimal(_ milliseconds: Int64) -> String {
            "\(milliseconds / 1000)." + String(milliseconds % 1000 + 1000).dropFirst()
        }
        #expect(try issued("\(seconds - 10)") == "401 token_revoked")
        #expect(try issued(decimal(now - 1)) == "401 token_revoked")
        #expect(try issued(decimal(now - 1) + "9") == "401 token_revoked")
        #expect(try issued(decimal(now)) == "200 upstream")
        #expect(try issued(decimal(now + 1)) == "200 upstream")
        #expect(try issued("\(seconds + 1)") == "200 upstream")
        #expect(try issued(nil) == "401 token_revoked")
        #expect(try outcome(TestToken(sub: "other-\(subject)").with("iat", "\(seconds - 10)")) == "200 upstream")
    }

    @Test(
        "A cutoff that is no instant refuses all of the subject's tokens",
        arguments: ["soon", "", "1700000000", "1.5e12", "-1", "0x18F", "18446744273709551616"])
    func invalidCutoff(value: String) throws {
        try stage.redis.set("blacklist:sub:\(subject)", value)
        #expect(try outcome(TestToken(sub: subject)) == "401 token_revoked")
        #expect(try outcome(TestToken(sub: "other-\(subject)")) == "200 upstream")
    }

    @Test("A cutoff of another type can't be read, so the blacklist can't be consulted")
    func cutoffOfAnotherType() throws {
        try stage.redis.command("LPUSH", "blacklist:sub:\(subject)", "1")
        #expect(try outcome(TestToken(sub: subject)) == "503 blacklist_unavailable")
        #expect(try outcome(TestToken(sub: "other-\(subject)")) == "200 upstream")
    }

    @Test("Revoked is told before a missing role, and after expiry; public routes do not ask")
    func order() throws {
        let jti = TestToken.newJTI()
        try stage.redis.set("blacklist:\(jti)", "1")
        let token = TestToken(sub: subject, jti: jti)
        #expect(try outcome(token, "/admin/x") == "401 token_revoked")
        #expect(try outcome(token.with("exp", "1"), "/admin/x") == "401 token_expired")
        #expect(try outcome(token, "/optional/x") == "401 token_revoked")
        #expect(try outcome(token, "/public/x") == "200 upstream")
    }

    @Test("Pipelined requests of several users get each their own verdict")
    func pipelined() throws {
        let tokens = (0..<40).map { TestToken(sub: subject, jti: "\(subject)-p\($0)") }
        for index in stride(from: 0, to: 40, by: 3) { try stage.redis.set("blacklist:\(subject)-p\(index)", "1") }
        let client = try stage.client()
        try client.send(tokens.map { Request(target: "/x", fields: [$0.bearer]).text }.joined())
        for index in 0..<40 {
            #expect(
                try client.response().outcome == (index % 3 == 0 ? "401 token_revoked" : "200 upstream"), "\(index)")
        }
    }

    @Test("gateway revoke puts on the blacklist what the gateway then refuses")
    func revokeCommand() throws {
        func revoke(_ arguments: String...) throws {
            let command = [Paths.gateway, "revoke", "--config", stage.gateway.configurationFile] + arguments
            let result = try run(command, environment: ["ACCESS_TOKEN_SECRET": TestToken.secret])
            #expect(result.status == .exited(0), "\(result)")
        }
        let withJTI = TestToken(sub: subject)
        let withoutJTI = TestToken(sub: subject, jti: nil)
        let named = TestToken(sub: subject, jti: "named-\(subject)")
        for token in [withJTI, withoutJTI, named] { #expect(try outcome(token) == "200 upstream") }
        try revoke(withJTI.signed())
        #expect(try outcome(withJTI) == "401 token_revoked")
        try revoke(withoutJTI.signed())
        #expect(try outcome(withoutJTI) == "401 token_revoked")
        try revoke("named-\(subject)")
        #expect(try outcome(named) == "401 token_revoked")
        let other = TestToken(sub: subject)
        #expect(try outcome(other) == "200 upstream")
        try revoke("--sub", subject)
        #expect(try outcome(other) == "401 token_revoked")
        guard case .integer(let seconds) = try stage.redis.command("TTL", "blacklist:sub:\(subject)") else { return }
        #expect(seconds > 0)
    }
}
