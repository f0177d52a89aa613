/// Tokens made by the tests' own few lines, so that forged ones can be made too.
struct TestToken {
    /// What the gateways under test are given as ACCESS_TOKEN_SECRET.
    static let secret = "wire-tests-only-5e1c9b0f47a2d83c6b1f"

    var header = #"{"alg":"HS256","typ":"JWT"}"#
    /// Names and JSON literals, in this order.
    var claims: [(name: String, json: String)]

    /// A token that passes: the issuer and audience of `GatewayConfiguration.tokens`, five minutes to live, a new jti.
    init(sub: String? = "u-1", role: String? = "user", jti: String? = TestToken.newJTI()) {
        let now = unixMilliseconds() / 1000
        claims = [
            ("iss", #""https://gateway.example""#), ("aud", #""legacy-app""#),
            ("iat", "\(now)"), ("exp", "\(now + 300)"),
        ]
        if let sub { claims.append(("sub", TestToken.quoted(sub))) }
        if let role { claims.append(("role", TestToken.quoted(role))) }
        if let jti { claims.append(("jti", TestToken.quoted(jti))) }
    }

    /// The same with a claim set to a JSON literal, or left out with nil.
    func with(_ name: String, _ json: String?) -> TestToken {
        var changed = self
        changed.claims.removeAll { $0.name == name }
        if let json { changed.claims.append((name, json)) }
        return changed
    }

    func signingInput() -> String {
        let members = claims.map { TestToken.quoted($0.name) + ":" + $0.json }.joined(separator: ",")
        return TestToken.base64url(Array(header.utf8)) + "." + TestToken.base64url(Array("{\(members)}".utf8))
    }

    func signed(with secret: String = TestToken.secret) -> String {
        let input = signingInput()
        let signature = SHA256.hmac(Array(input.utf8), key: Array(secret.utf8))
        return input + "." + TestToken.base64url(signature)
    }

    /// The field line that carries it.
    var bearer: String { "Authorization: Bearer \(signed())" }

    static func newJTI() -> String { String(UInt64.random(in: .min ... .max), radix: 36) + "-jti" }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case _ where scalar.value < 0x20:
                quoted += "\\u" + String(scalar.value + 0x10000, radix: 16).dropFirst()
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    static func base64url(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0...group.count {
                let sixBits = Int(bits >> UInt32(18 - 6 * index)) & 63
                text.append(alphabet[sixBits])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
