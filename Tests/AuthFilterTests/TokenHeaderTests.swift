import AuthFilter
import Routes
import Testing

struct TokenHeaderTests {
    private static let claims = Array("{\"sub\":\"u-1\",\"exp\":1700000900}".utf8)

    @Test(
        "A token that says in a claim that it is of another kind is no access token",
        arguments: ["ID", "Refresh", "offline", "LOGOUT"])
    func otherKinds(type: String) throws {
        let claims = "{\"exp\":1700000900,\"typ\":\"\(type)\"}"
        #expect(try TestBench().verify(claims: claims).fault == .typeUnsupported)
    }

    @Test(
        "Any other claim of this name is not the gateway's",
        arguments: ["\"Bearer\"", "\"\"", "\"IDs\"", "7", "null", "[\"ID\"]"])
    func otherTypes(type: String) throws {
        #expect(try TestBench().verify(claims: "{\"exp\":1700000900,\"typ\":\(type)}").fault == nil)
    }

    private func verify(header: String) throws -> TokenVerdict {
        let bench = try TestBench()
        return try bench.verify(bench.mint.mint(header: bytes(header), claims: Self.claims))
    }

    @Test(arguments: [
        "{\"alg\":\"HS256\"}", "{\"typ\":\"JWT\",\"alg\":\"HS256\"}", "{\"alg\":\"HS256\",\"typ\":\"jwt\"}",
        "{\"alg\":\"HS256\",\"typ\":\"Jwt\"}",
        "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", "{\"alg\":\"HS256\",\"typ\":\"AT+JWT\"}", "{ \"alg\" : \"HS256\" }",
        "{\"alg\":\"HS\\u0032\\u0035\\u0036\"}", "{\"alg\":\"HS256\",\"x5t\":\"abc\",\"anything\":{\"crit\":1}}",
        "{\"alg\":\"HS256\",\"kid\":\"\"}",
        "{\"alg\":\"HS256\",\"kid\":\"../../etc/passwd\"}", "{\"alg\":\"HS256\",\"kid\":\"' OR 1=1 --\"}",
    ])
    func headersOfOurFormAreAccepted(_ header: String) throws {
        #expect(try verify(header: header).fault == nil)
    }

    @Test(arguments: [
        "none", "None", "NONE", "nOnE", "hs256", "HS256 ", "HS25", "HS2566", "RS1", "HS1", "Ed25519", "ES256K", "dir",
        "", "HS256\\u0000",
    ])
    func noOtherAlgorithmExists(_ algorithm: String) throws {
        #expect(try verify(header: "{\"alg\":\"\(algorithm)\"}").fault == .algorithmUnsupported)
    }

    @Test(arguments: ["none", "None", "NONE", "nOnE"])
    func anUnsignedTokenIsRefused(_ algorithm: String) throws {
        let input =
            Base64URL.encode(bytes("{\"alg\":\"\(algorithm)\"}")) + bytes(".") + Base64URL.encode(Self.claims)
            + bytes(".")
        #expect(try TestBench().verify(input).fault == .algorithmUnsupported)
    }

    @Test(arguments: [
        "{}", "{\"alg\":null}", "{\"alg\":256}", "{\"alg\":[\"HS256\"]}", "{\"ALG\":\"HS256\"}", "{\"typ\":\"JWT\"}",
    ])
    func theAlgorithmIsAString(_ header: String) throws {
        #expect(try verify(header: header).fault == .algorithmMissing)
    }

    @Test(arguments: [
        "\"refresh+jwt\"", "\"JWE\"", "\"id+jwt\"", "\"logout+jwt\"", "\"application/jwt\"", "\"\"", "null", "1",
        "[\"JWT\"]", "\"JWT \"", "\"at-jwt\"",
    ])
    func otherTypesAreRefused(_ type: String) throws {
        #expect(try verify(header: "{\"alg\":\"HS256\",\"typ\":\(type)}").fault == .typeUnsupported)
    }

    @Test(arguments: TokenFault.ForbiddenMember.allCases, ["null", "true", "false", "\"x\"", "[]", "[\"exp\"]", "{}"])
    func membersThatChooseTheKeyOrTheContentAreRefused(_ member: TokenFault.ForbiddenMember, _ value: String) throws {
        let header = "{\"alg\":\"HS256\",\"\(member.rawValue)\":\(value)}"
        #expect(try verify(header: header).fault == .headerMember(member))
    }

    @Test func aForbiddenMemberIsFoundBehindEscapes() throws {
        #expect(try verify(header: "{\"alg\":\"HS256\",\"\\u0063rit\":[]}").fault == .headerMember(.crit))
    }

    @Test(arguments: ["1", "null", "true", "[\"a\"]", "{}", "1.5"])
    func aKeyNameThatIsNoStringIsRefused(_ kid: String) throws {
        #expect(try verify(header: "{\"alg\":\"HS256\",\"kid\":\(kid)}").fault == .keyNameNotString)
    }

    @Test(arguments: [
        "", "{", "[]x", "{\"alg\":\"HS256\",\"alg\":\"HS256\"}", "{\"alg\":\"none\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}",
        "\u{feff}{\"alg\":\"HS256\"}", "{\"alg\":\"HS256\"} {}", "{\"alg\":\"HS256\",}",
        "{\"alg\":\"HS256\",\"x\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}",
    ])
    func aHeaderThatIsNoStrictJSONIsRefused(_ header: String) throws {
        guard case .headerNotJSON? = try verify(header: header).fault else {
            Issue.record("accepted, or another fault")
            return
        }
    }

    @Test(arguments: ["null", "[]", "\"HS256\"", "1"])
    func aHeaderThatIsNoObjectIsRefused(_ header: String) throws {
        #expect(try verify(header: header).fault == .headerNotObject)
    }

    @Test func aLongHeaderIsRefused() throws {
        let header = "{\"alg\":\"HS256\",\"x\":\"\(String(repeating: "a", count: TokenLimits.header))\"}"
        #expect(try verify(header: header).fault == .headerTooLarge)
    }

    @Test func aRememberedHeaderIsNotAConfusedOne() throws {
        let bench = try TestBench()
        let verifier = try TokenVerifier(policy: bench.policy)
        let good = try bench.mint.mint(header: bytes("{\"alg\":\"HS256\"}"), claims: Self.claims)
        // Its segment begins with the good one's.
        let longer = try bench.mint.mint(header: bytes("{\"alg\":\"HS256\"} {}"), claims: Self.claims)
        let same = try bench.mint.mint(header: bytes("{\"alg\":\"HS384\"}"), claims: Self.claims)
        for _ in 0..<3 {
            #expect(verifier.verify(good).fault == nil)
            #expect(verifier.verify(same).fault == .noKeyForAlgorithm)
            #expect(verifier.verify(longer).fault == .headerNotJSON(.trailingBytes(at: 16)))
        }
    }

    @Test func moreHeadersThanAreRememberedStillWork() throws {
        let bench = try TestBench()
        let verifier = try TokenVerifier(policy: bench.policy)
        for number in 0..<3 * TokenLimits.rememberedHeaders {
            let header = bytes("{\"alg\":\"HS256\",\"n\":\(number % (2 * TokenLimits.rememberedHeaders))}")
            #expect(verifier.verify(try bench.mint.mint(header: header, claims: Self.claims)).fault == nil)
        }
    }
}
