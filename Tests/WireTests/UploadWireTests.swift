internal import Testing

@Suite("Uploads", .stage(GatewayConfiguration(blacklist: GatewayConfiguration.blacklist)))
struct UploadWireTests {
    let stage: Stage

    init() throws { stage = try Stage.current }

    @Test("An upload ends with its token, also before the response has begun", arguments: ["expiry", "logout"])
    func ends(by end: String) throws {
        let (tag, jti) = (TestToken.newJTI(), TestToken.newJTI())
        let cut = Gate()
        stage.upstream.script(tag) { exchange in
            do {
                while true { _ = try exchange.someRawBody() }
            } catch { cut.open() }
        }
        var token = TestToken(jti: jti)
        if end == "expiry" { token = token.with("exp", "\(unixMilliseconds() / 1000 + 2)") }
        let client = try stage.client()
        try client.send(
            "POST /\(tag) HTTP/1.1\r\nHost: a\r\n\(token.bearer)\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        _ = try stage.upstream.waitForRequest(tag)
        if end == "logout" { try stage.redis.set("blacklist:\(jti)", "1") }
        #expect(try client.response().outcome == "401 \(end == "expiry" ? "token_expired" : "token_revoked")")
        try cut.wait()
    }
}
