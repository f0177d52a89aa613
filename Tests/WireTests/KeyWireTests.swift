internal import Testing

/// An RSA key pair in a folder of its own, made by openssl.
private final class RSAKey: Sendable {
    let folder: TemporaryFolder
    var privatePath: String { folder.path + "/key.pem" }
    var publicPath: String { folder.path + "/public.pem" }

    init() throws {
        folder = try TemporaryFolder()
        try RSAKey.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", privatePath)
        try RSAKey.openssl("pkey", "-in", privatePath, "-pubout", "-out", publicPath)
    }

    func publicText() throws -> String { try run(["cat", publicPath]).output }

    func sign(_ token: TestToken) throws -> String {
        let input = try folder.write("input", token.signingInput())
        try RSAKey.openssl("dgst", "-sha256", "-sign", privatePath, "-out", folder.path + "/signature", input)
        let base64 = try run(["base64", "-w", "0", folder.path + "/signature"]).output
        let signature = base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return token.signingInput() + "." + signature
    }

    private static func openssl(_ arguments: String...) throws {
        let result = try run(["openssl"] + arguments)
        guard result.status == .exited(0) else { throw HarnessFailure("openssl \(arguments): \(result.errors)") }
    }
}

@Suite("Keys: one algorithm each, chosen by kid")
struct KeyWireTests {
    private let key: RSAKey

    init() throws { key = try RSAKey() }

    private func stage(_ keys: String) throws -> Stage {
        try Stage(
            GatewayConfiguration(
                tokens: """
                    tokens {
                        \(keys.replacing("@", with: key.publicPath))
                        issuer    https://gateway.example
                        audience  legacy-app
                    }
                    """))
    }

    private func outcome(_ stage: Stage, _ token: String) throws -> String {
        try stage.get("/x", "Authorization: Bearer \(token)").outcome
    }

    private func token(_ header: String) -> TestToken {
        var token = TestToken()
        token.header = header
        return token
    }

    @Test("HS256 and RS256 side by side, and neither for the other")
    func sideBySide() throws {
        let stage = try stage("key HS256 env:ACCESS_TOKEN_SECRET\n key RS256 file:@")
        let rsa = token(#"{"alg":"RS256","typ":"JWT"}"#)
        #expect(try outcome(stage, key.sign(rsa)) == "200 upstream")
        #expect(try outcome(stage, TestToken().signed()) == "200 upstream")
        #expect(try outcome(stage, rsa.signed()) == "401 token_invalid")
        #expect(try outcome(stage, key.sign(TestToken())) == "401 token_invalid")
        let tampered = try key.sign(rsa).split(separator: ".")
        let admin = rsa.with("role", #""admin""#).signingInput()
        #expect(try outcome(stage, "\(admin).\(tampered[2])") == "401 token_invalid")
        try stage.end()
    }

    @Test(
        "The public key is no secret: HS256 keyed with it is refused, with and without the key's kid",
        arguments: ["", #","kid":"k1""#])
    func confusion(kid: String) throws {
        let stage = try stage("key HS256 env:ACCESS_TOKEN_SECRET\n key RS256 file:@ kid=k1")
        let text = try key.publicText()
        let header = #"{"alg":"HS256","typ":"JWT"\#(kid)}"#
        for secret in [text, String(text.dropLast())] {
            #expect(try outcome(stage, token(header).signed(with: secret)) == "401 token_invalid")
        }
        try stage.end()
    }

    @Test("A kid names its key only; keys without one serve the rest")
    func kid() throws {
        let stage = try stage("key HS256 env:ACCESS_TOKEN_SECRET\n key RS256 file:@ kid=k1")
        let named = #"{"alg":"RS256","kid":"k1"}"#
        #expect(try outcome(stage, key.sign(token(named))) == "200 upstream")
        #expect(try outcome(stage, token(#"{"alg":"HS256","kid":"k1"}"#).signed()) == "401 token_invalid")
        #expect(try outcome(stage, token(#"{"alg":"HS256","kid":"unknown"}"#).signed()) == "200 upstream")
        #expect(try outcome(stage, token(#"{"alg":"HS256"}"#).signed()) == "200 upstream")
        #expect(try outcome(stage, key.sign(token(#"{"alg":"RS256"}"#))) == "401 token_invalid")
        #expect(try outcome(stage, key.sign(token(#"{"alg":"RS256","kid":"K1"}"#))) == "401 token_invalid")
        #expect(try outcome(stage, token(#"{"alg":"HS256","kid":7}"#).signed()) == "401 token_invalid")
        #expect(try outcome(stage, token(#"{"alg":"HS256","kid":"../../etc/passwd"}"#).signed()) == "200 upstream")
        try stage.end()
    }

    @Test(
        "What a header may not say is refused, though the signature is right",
        arguments: [
            #"{"alg":"HS256","crit":["exp"]}"#, #"{"alg":"HS256","b64":false,"crit":["b64"]}"#,
            #"{"alg":"HS256","alg":"HS256"}"#, #"{"alg":"HS256","typ":"refresh"}"#, #"{"alg":"HS256","typ":7}"#,
            #"{"typ":"JWT"}"#, #"{"alg":["HS256"]}"#, "[]", "{", "",
        ])
    func headers(header: String) throws {
        let stage = try stage("key HS256 env:ACCESS_TOKEN_SECRET")
        #expect(try outcome(stage, token(header).signed()) == "401 token_invalid")
        #expect(try outcome(stage, token(#"{"alg":"HS256","typ":"at+JWT"}"#).signed()) == "200 upstream")
        try stage.end()
    }
}
