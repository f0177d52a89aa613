import AuthFilter
import Routes

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

/// One key, a policy with it, and tokens signed for it.
struct TestBench {
    static let secret = "kZ3vQ8xW1nR5tY7uP0aS2dF4gH6jK9lB-qE_cV.mNoXiTzLw+hJrUyGf/DsAbCpO"
    /// 2023-11-14T22:13:20Z.
    static let now: Int64 = 1_700_000_000

    let policy: TokenPolicy
    let mint: TokenMint

    init(_ change: (inout TokenSettings) -> Void = { _ in }) throws {
        let key = KeySettings(algorithm: .HS256, source: .environment("SECRET"))
        var settings = TokenSettings(keys: [key])
        change(&settings)
        let material = KeyMaterial(settings: key, bytes: bytes(Self.secret))
        policy = try TokenPolicy(settings, material: [material])
        mint = try TokenMint(material)
    }

    func verify(_ token: [UInt8], at seconds: Int64 = now) throws -> TokenVerdict {
        try TokenVerifier(policy: policy).verify(token.span, at: UnixTime(milliseconds: seconds * 1000))
    }

    /// The verdict on a signed token with these claims.
    func verify(claims: String, atMilliseconds now: Int64 = now * 1000) throws -> TokenVerdict {
        let token = try mint.mint(claims: bytes(claims))
        return try TokenVerifier(policy: policy).verify(token.span, at: UnixTime(milliseconds: now))
    }

    /// The token with these claims and an exp; it must be good.
    func token(_ members: String) throws -> VerifiedToken {
        let claims = members.isEmpty ? "{\"exp\":1700000900}" : "{\"exp\":1700000900,\(members)}"
        return try verify(claims: claims).token
    }
}

struct UnexpectedVerdict: Error { let verdict: TokenVerdict }

extension TokenVerdict {
    var token: VerifiedToken {
        get throws {
            guard case .verified(let token) = self else { throw UnexpectedVerdict(verdict: self) }
            return token
        }
    }

    var refusal: TokenRefusal? {
        guard case .refused(let refusal) = self else { return nil }
        return refusal
    }

    var fault: TokenFault? {
        guard case .refused(.invalid(let fault)) = self else { return nil }
        return fault
    }
}

extension KeyMaterial {
    init(_ algorithm: TokenAlgorithm, _ content: String, kid: String? = nil, encoding: KeySettings.Encoding = .text) {
        self.init(
            settings: KeySettings(
                algorithm: algorithm, source: .environment("KEY"), kid: kid.map { Array($0.utf8) }, encoding: encoding,
                line: 7),
            bytes: Array(content.utf8))
    }
}

extension TokenVerifier {
    convenience init(_ material: KeyMaterial...) throws {
        let settings = TokenSettings(keys: material.map { $0.settings })
        try self.init(policy: TokenPolicy(settings, material: material))
    }

    func verify(_ token: String) -> TokenVerdict {
        verify(bytes(token).span, at: UnixTime(milliseconds: TestBench.now * 1000))
    }

    func verify(_ token: [UInt8]) -> TokenVerdict {
        verify(token.span, at: UnixTime(milliseconds: TestBench.now * 1000))
    }
}
