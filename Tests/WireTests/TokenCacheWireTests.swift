internal import Testing

extension GatewayConfiguration {
    fileprivate static let cached = GatewayConfiguration(
        blacklist: GatewayConfiguration.blacklist, routes: "* /admin role=admin\n* /** authenticated")
}

/// Every gateway here has one event loop, hence one cache.
@Suite("The cache of verified tokens", .stage(.cached))
struct TokenCacheWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    private func outcome(_ token: String, _ target: String = "/x") throws -> String {
        try stage.get(target, "Authorization: Bearer \(token)").outcome
    }

    @Test("A token that was just accepted is refused from its exp on, and for good")
    func expiry() throws {
        let exp = unixMilliseconds() + 2000
        let token = TestToken().with("exp", "\(exp / 1000).\(String(exp % 1000 + 1000).dropFirst())").signed()
        var outcomes = [try outcome(token)]
        try eventually("the token to expire") {
            let isPast = unixMilliseconds() >= exp
            outcomes.append(try outcome(token))
            return isPast
        }
        #expect(outcomes.first == "200 upstream" && outcomes.last == "401 token_expired")
        let accepted = outcomes.prefix { $0 == "200 upstream" }
        #expect(outcomes.dropFirst(accepted.count).allSatisfy { $0 == "401 token_expired" })
        for _ in 0..<3 { #expect(try outcome(token) == "401 token_expired") }
    }

    @Test("A revocation acts on the next request, and so does its end", arguments: ["jti", "sha256"])
    func revocation(how: String) throws {
        let jti = TestToken.newJTI()
        let token = TestToken(jti: how == "jti" ? jti : nil)
        let hash = SHA256.hex(Array(token.signingInput().utf8))
        let key = how == "jti" ? "blacklist:\(jti)" : "blacklist:sha256:\(hash)"
        let signed = token.signed()
        for _ in 0..<2 {
            for _ in 0..<3 { #expect(try outcome(signed) == "200 upstream") }
            try stage.redis.set(key, "1")
            for _ in 0..<3 { #expect(try outcome(signed) == "401 token_revoked") }
            try stage.redis.command("DEL", key)
        }
    }

    @Test("Logging a subject out everywhere acts on the next request")
    func subjectRevocation() throws {
        let sub = "u-\(TestToken.newJTI())"
        let token = TestToken(sub: sub).signed()
        for _ in 0..<3 { #expect(try outcome(token) == "200 upstream") }
        try stage.redis.set("blacklist:sub:\(sub)", "\(unixMilliseconds() + 1000)")
        for _ in 0..<3 { #expect(try outcome(token) == "401 token_revoked") }
    }

    @Test("A token that a condition refuses stays refused there, however often it is accepted elsewhere")
    func conditions() throws {
        let (user, admin) = (TestToken(role: "user").signed(), TestToken(role: "admin").signed())
        for _ in 0..<3 {
            #expect(try outcome(user, "/admin") == "403 role_required")
            #expect(try outcome(admin, "/admin") == "200 upstream")
            #expect(try outcome(user) == "200 upstream")
        }
    }

    @Test("A token that differs in its last byte only is another one, and is not remembered as the first")
    func lastByte() throws {
        let token = TestToken().signed()
        #expect(try outcome(token) == "200 upstream")
        for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" where last != token.last {
            #expect(try outcome(token.dropLast() + String(last)) == "401 token_invalid", "\(last)")
        }
        for other in [token + "A", String(token.dropLast()), token + "=", token + "."] {
            #expect(try outcome(other) == "401 token_invalid")
        }
        #expect(try outcome(token) == "200 upstream")
    }

    @Test("A remembered signature under other claims or another header is refused")
    func otherClaims() throws {
        let token = TestToken(role: "user")
        let parts = token.signed().split(separator: ".")
        #expect(try outcome(token.signed()) == "200 upstream")
        let promoted = token.with("role", #""admin""#).signingInput()
        #expect(try outcome("\(promoted).\(parts[2])", "/admin") == "401 token_invalid")
        // Of the same length, and different in one byte only.
        var bytes = Array(token.signed().utf8)
        for position in stride(from: 0, to: bytes.count, by: 7) where bytes[position] != UInt8(ascii: ".") {
            let original = bytes[position]
            bytes[position] = original == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(try outcome(String(decoding: bytes, as: UTF8.self)) == "401 token_invalid", "byte \(position)")
            bytes[position] = original
        }
        #expect(try outcome(token.signed()) == "200 upstream")
    }

    @Test("Identities are not mixed up, in whatever order tokens come")
    func identities() throws {
        let tokens = (0..<20).map { TestToken(sub: "u-\($0)", role: "r-\($0)") }
        for _ in 0..<3 {
            for index in tokens.indices.shuffled() {
                let echo = try stage.get("/x", token: tokens[index]).echo()
                #expect(echo.all("x-user-id") == ["u-\(index)"] && echo.all("x-user-role") == ["r-\(index)"])
            }
        }
    }

    @Test("How often it helped is told at /metrics", .stage(.cached))
    func hitRate() throws {
        let stage = try Stage.current
        func counts() throws -> [String: Int] {
            let response = try stage.gateway.admin("/metrics")
            #expect(response.status == 200)
            var counts: [String: Int] = [:]
            for line in response.text.split(separator: "\n") where line.hasPrefix("gateway_token_cache_total{") {
                let words = line.split(separator: " ")
                counts[String(words[0].split(separator: "\"")[1])] = Int(words[1])
            }
            return counts
        }
        #expect(try counts() == ["hit": 0, "miss": 0])
        let token = TestToken()
        for _ in 0..<5 { #expect(try stage.get("/x", token: token).outcome == "200 upstream") }
        #expect(try counts() == ["hit": 4, "miss": 1])
        #expect(try stage.get("/x", token: TestToken()).outcome == "200 upstream")
        #expect(try counts() == ["hit": 4, "miss": 2])
        // Forged ones are never remembered.
        for _ in 0..<3 {
            #expect(try stage.get("/x", "Authorization: Bearer \(token.signed())A").outcome == "401 token_invalid")
        }
        #expect(try counts()["hit"] == 4)
    }
}
