import AuthFilter
import Routes
import Testing

struct ExpiryTests {
    @Test func expIsRequired() throws {
        #expect(try TestBench().verify(claims: "{\"sub\":\"u-1\"}").fault == .expiryMissing)
    }

    @Test(arguments: [
        "\"1700000900\"", "\"never\"", "null", "true", "[]", "{}", "-1", "-1700000900", "-0", "1e400", "253402300800",
        "1700000900000",
        "253402300799.1", "9223372036854775808", "1e12",
    ])
    func expIsANumberInRange(_ exp: String) throws {
        #expect(try TestBench().verify(claims: "{\"exp\":\(exp)}").fault == .dateMalformed(.exp))
    }

    @Test(arguments: ["1700000000.001", "1700000001", "1.700000001e9", "253402300799", "1700000000.0000001"])
    func aTokenIsGoodBeforeExp(_ exp: String) throws {
        #expect(try TestBench().verify(claims: "{\"exp\":\(exp)}").refusal == nil)
    }

    /// RFC 7519 §4.1.4: "on or after which". And no leeway.
    @Test(arguments: ["1700000000", "1700000000.0", "1699999999.999", "1699999999", "1.7e9", "0", "0.5"])
    func aTokenHasExpiredAtExp(_ exp: String) throws {
        let bench = try TestBench { $0.leeway = .seconds(60) }
        #expect(try bench.verify(claims: "{\"exp\":\(exp)}").refusal == .expired)
    }

    @Test func aFractionOfASecondCounts() throws {
        let claims = "{\"exp\":1700000000.5}"
        #expect(try TestBench().verify(claims: claims, atMilliseconds: 1_700_000_000_499).refusal == nil)
        #expect(try TestBench().verify(claims: claims, atMilliseconds: 1_700_000_000_500).refusal == .expired)
    }

    @Test func aVerifiedTokenCanBeCheckedAgainForItsTimeAlone() throws {
        let token = try TestBench().token("\"nbf\":1699999990")
        #expect(token.recheck(at: UnixTime(milliseconds: 1_700_000_899_999)).refusal == nil)
        #expect(token.recheck(at: UnixTime(milliseconds: 1_700_000_900_000)).refusal == .expired)
        #expect(token.recheck(at: UnixTime(milliseconds: 1_699_999_000_000)).refusal == .notYetValid)
        #expect(token.expiresAt == UnixTime(milliseconds: 1_700_000_900_000))
    }
}

struct NotYetValidTests {
    @Test(arguments: ["nbf", "iat"])
    func leewayAppliesToNbfAndIat(_ claim: String) throws {
        let bench = try TestBench { $0.leeway = .seconds(5) }
        for (value, isGood) in [
            ("1700000005", true), ("1700000005.000", true), ("1700000005.0001", false), ("1700000005.001", false),
            ("1700000006", false),
            ("0", true),
        ] {
            let refusal = try bench.verify(claims: "{\"exp\":1700000900,\"\(claim)\":\(value)}").refusal
            #expect(refusal == (isGood ? nil : .notYetValid), "\(claim) \(value)")
        }
    }

    @Test(arguments: ["nbf", "iat"], ["\"1700000000\"", "null", "-1", "253402300800", "true", "[1]"])
    func nbfAndIatAreNumbersInRange(_ claim: String, _ value: String) throws {
        let fault = try TestBench().verify(claims: "{\"exp\":1700000900,\"\(claim)\":\(value)}").fault
        #expect(fault == .dateMalformed(claim == "nbf" ? .nbf : .iat))
    }

    @Test func theOrderIsInvalidThenNotYetValidThenExpired() throws {
        let bench = try TestBench()
        #expect(try bench.verify(claims: "{\"exp\":1600000000,\"nbf\":1800000000}").refusal == .notYetValid)
        #expect(
            try bench.verify(claims: "{\"exp\":1600000000,\"nbf\":1800000000,\"jti\":1}").fault == .identifierMalformed)
        #expect(try bench.verify(claims: "{\"exp\":1600000000,\"sub\":null}").fault == .subjectMalformed)
    }
}

struct LifetimeTests {
    @Test(arguments: [
        ("1700000000", "1700000900", nil), ("1700000000", "1700000900.001", TokenFault.lifetimeTooLong),
        ("1700000000", "1700000901", .lifetimeTooLong), ("1700000000.123456", "1700000900.123456", nil),
        ("1699999999", "1700000900", .lifetimeTooLong),
        ("1700000002", "1700000001", nil),
    ])
    func maxLifetimeBoundsExpMinusIat(_ iat: String, _ exp: String, _ fault: TokenFault?) throws {
        let bench = try TestBench { $0.maxLifetime = .seconds(900) }
        #expect(try bench.verify(claims: "{\"iat\":\(iat),\"exp\":\(exp)}").fault == fault)
    }

    @Test func maxLifetimeNeedsIat() throws {
        let bench = try TestBench { $0.maxLifetime = .seconds(900) }
        #expect(try bench.verify(claims: "{\"exp\":1700000100}").fault == .lifetimeUnknown)
    }
}

struct IssuerAndAudienceTests {
    @Test(arguments: [
        ("\"https://a.example\"", nil), ("\"https://b.example\"", nil), ("\"https:\\/\\/a.example\"", nil),
        ("\"https://a.example/\"", TokenFault.issuerMismatch), ("\"https://A.example\"", .issuerMismatch),
        ("\"\"", .issuerMismatch),
        ("\"https://a.exampl\"", .issuerMismatch), ("null", .issuerMissing),
        ("[\"https://a.example\"]", .issuerMissing), ("1", .issuerMissing),
    ])
    func theIssuerIsOneOfTheConfigured(_ issuer: String, _ fault: TokenFault?) throws {
        let bench = try TestBench { $0.issuers = [bytes("https://a.example"), bytes("https://b.example")] }
        #expect(try bench.verify(claims: "{\"exp\":1700000900,\"iss\":\(issuer)}").fault == fault)
        #expect(try bench.verify(claims: "{\"exp\":1700000900}").fault == .issuerMissing)
    }

    @Test(arguments: [
        ("\"app\"", nil), ("\"api\"", nil), ("[\"app\"]", nil), ("[\"x\",\"api\"]", nil), ("[\"app\",\"x\"]", nil),
        ("\"\\u0061pp\"", nil),
        ("\"App\"", TokenFault.audienceMismatch), ("\"app \"", .audienceMismatch), ("\"app api\"", .audienceMismatch),
        ("[]", .audienceMismatch),
        ("[\"x\"]", .audienceMismatch), ("[\"app\",1]", .audienceMissing), ("[1,\"app\"]", .audienceMissing),
        ("[[\"app\"]]", .audienceMissing),
        ("{\"app\":true}", .audienceMissing), ("null", .audienceMissing), ("1", .audienceMissing),
    ])
    func anyConfiguredAudienceWillDo(_ audience: String, _ fault: TokenFault?) throws {
        let bench = try TestBench { $0.audiences = [bytes("app"), bytes("api")] }
        #expect(try bench.verify(claims: "{\"exp\":1700000900,\"aud\":\(audience)}").fault == fault)
        #expect(try bench.verify(claims: "{\"exp\":1700000900}").fault == .audienceMissing)
    }

    /// Swift's String finds them equal; they are different issuers.
    @Test func comparisonIsOfBytes() throws {
        let bench = try TestBench { $0.issuers = [bytes("caf\u{e9}")] }
        #expect(try bench.verify(claims: "{\"exp\":1700000900,\"iss\":\"caf\u{e9}\"}").fault == nil)
        #expect(try bench.verify(claims: "{\"exp\":1700000900,\"iss\":\"cafe\u{301}\"}").fault == .issuerMismatch)
    }

    @Test func neitherIsReadUnlessConfigured() throws {
        #expect(try TestBench().verify(claims: "{\"exp\":1700000900,\"iss\":1,\"aud\":{}}").fault == nil)
    }
}

struct NameClaimTests {
    @Test(arguments: ["\"\"", "1", "null", "true", "[\"a\"]", "{}", "1.5"])
    func aJtiThatIsNoNonEmptyStringIsRefused(_ jti: String) throws {
        #expect(try TestBench().verify(claims: "{\"exp\":1700000900,\"jti\":\(jti)}").fault == .identifierMalformed)
    }

    @Test(arguments: ["\"\"", "null", "true", "[\"a\"]", "{}", "1.5", "1e3"])
    func aSubjectIsANonEmptyStringOrAnInteger(_ subject: String) throws {
        #expect(try TestBench().verify(claims: "{\"exp\":1700000900,\"sub\":\(subject)}").fault == .subjectMalformed)
    }

    @Test(arguments: [
        ("42", "42"), ("-7", "-7"), ("12345678901234567890", "12345678901234567890"), ("\"4\\u0032\"", "42"),
        ("\"u 1\"", "u 1"),
    ])
    func theSubjectIsTakenAsWritten(_ claim: String, _ subject: String) throws {
        #expect(text(try TestBench().token("\"sub\":\(claim)").subject) == subject)
    }

    @Test(arguments: ["sub", "jti"])
    func namesHaveAtMost512Bytes(_ claim: String) throws {
        let bench = try TestBench()
        let longest = String(repeating: "\u{e9}", count: 256)
        _ = try bench.token("\"\(claim)\":\"\(longest)\"")
        // Longer as text, but 512 bytes when decoded.
        _ = try bench.token("\"\(claim)\":\"\(String(repeating: "\\u00e9", count: 256))\"")
        let fault = try bench.verify(claims: "{\"exp\":1700000900,\"\(claim)\":\"\(longest)x\"}").fault
        #expect(fault == (claim == "sub" ? .subjectMalformed : .identifierMalformed))
        let escaped = try bench.verify(claims: "{\"exp\":1700000900,\"\(claim)\":\"\(longest)\\n\"}").fault
        #expect(escaped == (claim == "sub" ? .subjectMalformed : .identifierMalformed))
    }

    @Test func aTokenWithoutSubjectIsGood() throws {
        #expect(try TestBench().token("").subject == nil)
    }

    @Test func theTokensOfTheJWTGuideAreRead() throws {
        let bench = try TestBench { $0.subjectClaim = bytes("userId") }
        let token = try bench.token("\"userId\":17,\"email\":\"a@b.example\",\"role\":\"admin\",\"iat\":1699999999")
        #expect(text(token.subject) == "17")
        #expect(text(token.email) == "a@b.example")
        #expect(token.roles.map { text($0) } == ["admin"])
        #expect(token.issuedAt == UnixTime(milliseconds: 1_699_999_999_000))
    }

    @Test(arguments: [
        ("\"realm.roles\":[\"a\"]", ["a"]), ("\"realm\":{\"roles\":[\"b\"]}", ["b"]),
        ("\"realm.roles\":\"a\",\"realm\":{\"roles\":\"b\"}", ["a"]),
        ("\"realm\":{\"roles\":\"b\"},\"realm.roles\":\"a\"", ["a"]), ("\"realm\":[\"roles\"]", []),
        ("\"realm\":\"roles\"", []),
        ("\"realm.roles\":null,\"realm\":{\"roles\":\"b\"}", []), ("\"roles\":\"a\"", []),
        ("\"realm\":{\"x\":{\"roles\":\"b\"}}", []),
        ("\"re\\u0061lm\":{\"r\\u006fles\":\"b\"}", ["b"]),
    ])
    func aDottedNameIsAnExactKeyFirstThenAPath(_ members: String, _ roles: [String]) throws {
        let bench = try TestBench { $0.roleClaim = bytes("realm.roles") }
        #expect(try bench.token(members).roles.map { text($0) } == roles)
    }

    /// Equal in length and in the first eight bytes.
    @Test func longNamesAreComparedToTheirEnd() throws {
        let bench = try TestBench { $0.roleClaim = bytes("https://a/role") }
        #expect(try bench.token("\"https://b/role\":\"x\"").roles.isEmpty)
        #expect(try bench.token("\"https://b/role\":\"x\",\"https:\\/\\/a/role\":\"y\"").roles == [bytes("y")])
    }

    @Test func rolesAreNeverSplitScopesAre() throws {
        let token = try TestBench().token("\"role\":\"super admin\",\"scope\":\"a  b c\"")
        #expect(token.roles.map { text($0) } == ["super admin"])
        #expect(token.scopes.map { text($0) } == ["a", "b", "c"])
        let lists = try TestBench().token("\"role\":[\"x\",null,7,true,1.5,{},[\"y\"]],\"scope\":[\"a b\",\"c\"]")
        #expect(lists.roles.map { text($0) } == ["x", "7", "true"])
        #expect(lists.scopes.map { text($0) } == ["a b", "c"])
    }
}

struct RevocationKeyTests {
    private let prefix = bytes("blacklist:")

    @Test func aTokenWithJtiIsKnownByItAlone() throws {
        let token = try TestBench().token("\"jti\":\"a\\u00e9:1\"")
        #expect(text(token.tokenKey(prefix: prefix)) == "blacklist:a\u{e9}:1")
        #expect(text(token.identifier) == "a\u{e9}:1")
    }

    /// SHA-256 of all before the last dot, by sha256sum.
    @Test func aTokenWithoutJtiIsKnownByItsSigningInput() throws {
        let bench = try TestBench()
        let token = try bench.mint.mint(header: bytes("{\"alg\":\"HS256\"}"), claims: bytes("{\"exp\":1700000900}"))
        #expect(text(token)?.hasPrefix("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDA5MDB9.") == true)
        let key = try bench.verify(token).token.tokenKey(prefix: prefix)
        #expect(text(key) == "blacklist:sha256:fadbe0606a382cd870e407f54dffa380e3a20ba34b0196630937c3b6a12bbc52")
    }

    @Test func theSubjectKeyIsOfTheDecodedSubject() throws {
        #expect(text(try TestBench().token("\"sub\":\"u\\u002d1\"").subjectKey(prefix: prefix)) == "blacklist:sub:u-1")
        #expect(text(try TestBench().token("\"sub\":7").subjectKey(prefix: prefix)) == "blacklist:sub:7")
        #expect(try TestBench().token("").subjectKey(prefix: prefix) == nil)
    }

    @Test(arguments: [
        ("1699999999.007", 1_699_999_999_007), ("1699999999.0079999", 1_699_999_999_007),
        ("1699999999", 1_699_999_999_000),
        ("1.699999999007e9", 1_699_999_999_007), ("1699999999007e-3", 1_699_999_999_007),
        ("1699999999.9999", 1_699_999_999_999),
    ])
    func iatIsFlooredToMillisecondsExactly(_ iat: String, _ milliseconds: Int64) throws {
        #expect(try TestBench().token("\"iat\":\(iat)").issuedAt == UnixTime(milliseconds: milliseconds))
    }

    @Test func aTokenWithoutIatHasNone() throws {
        #expect(try TestBench().token("").issuedAt == nil)
    }
}

struct HypotheticalTokenTests {
    private let now = UnixTime(milliseconds: TestBench.now * 1000)

    @Test func theSameRulesApply() throws {
        let bench = try TestBench { $0.issuers = [bytes("me")] }
        func verdict(_ claims: String) -> TokenVerdict {
            VerifiedToken.hypothetical(claims: bytes(claims), policy: bench.policy, at: now)
        }
        #expect(text(try verdict("{\"exp\":1700000900,\"iss\":\"me\",\"sub\":\"u-1\"}").token.subject) == "u-1")
        #expect(verdict("{\"exp\":1700000900}").fault == .issuerMissing)
        #expect(verdict("{\"exp\":1600000000,\"iss\":\"me\"}").refusal == .expired)
        #expect(verdict("{\"exp\":1,\"exp\":1}").fault == .claimsNotJSON(.duplicateName(at: 9)))
        #expect(verdict("[]").fault == .claimsNotObject)
    }

    @Test func nobodySignedItSoItHasNoFingerprint() throws {
        let bench = try TestBench()
        let token = try VerifiedToken.hypothetical(claims: bytes("{\"exp\":1700000900}"), policy: bench.policy, at: now)
            .token
        #expect(token.tokenKey(prefix: []) == nil)
        #expect(text(token.claimsText) == "{\"exp\":1700000900}")
    }
}
