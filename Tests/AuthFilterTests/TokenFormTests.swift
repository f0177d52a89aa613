import AuthFilter
import Routes
import Testing

struct TokenFormTests {
    private let bench: TestBench
    private let token: [UInt8]

    init() throws {
        bench = try TestBench()
        token = try bench.mint.mint(claims: bytes("{\"sub\":\"u-1\",\"exp\":1700000900}"))
    }

    @Test(arguments: ["", ".", "..", "...", "....", "a", "a.b", "a.b.c.d", "a.b.c.d.e", "a..b.c"])
    func whatIsNotThreePartsIsRefused(_ token: String) throws {
        let fault = try bench.verify(bytes(token)).fault
        if token.filter({ $0 == "." }).count == 2 {
            #expect(fault != nil)
        } else {
            #expect(fault == .notThreeParts)
        }
    }

    @Test func aFourthPartIsRefused() throws {
        #expect(try bench.verify(token + bytes(".")).fault == .notThreeParts)
        #expect(try bench.verify(bytes(".") + token).fault == .notThreeParts)
        #expect(try bench.verify(token + bytes(".e30")).fault == .notThreeParts)
    }

    @Test(arguments: ["=", "==", " ", "\n", "\r\n", "\t", "\0", "+", "/", "A"])
    func nothingMayBeAddedToAnyPart(_ addition: String) throws {
        let parts = token.split(separator: UInt8(ascii: "."))
        for part in 0..<3 {
            var changed = parts.map { Array($0) }
            changed[part] += bytes(addition)
            #expect(try bench.verify(Array(changed.joined(separator: bytes(".")))).fault != nil)
        }
    }

    /// A header or payload that is signed as it is, and spelled in a way that careless decoders accept.
    @Test(arguments: ["=", " ", "\n", "+"])
    func laxBase64IsRefusedEvenWhenSigned(_ addition: String) throws {
        let header = Base64URL.encode(bytes("{\"alg\":\"HS256\"}"))
        let claims = Base64URL.encode(bytes("{\"exp\":1700000900}"))
        let inHeader = try bench.mint.mint(headerSegment: header + bytes(addition), claimsSegment: claims)
        #expect(try bench.verify(inHeader).fault == .headerNotBase64URL)
        let inClaims = try bench.mint.mint(headerSegment: header, claimsSegment: claims + bytes(addition))
        #expect(try bench.verify(inClaims).fault == .claimsNotBase64URL)
    }

    /// The 43rd character of an HS256 signature has two bits that belong to no byte.
    @Test func aSignatureHasOneSpelling() throws {
        let alphabet = bytes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(alphabet.firstIndex(of: token[token.count - 1]))
        for bits in 1...3 {
            var other = token
            other[token.count - 1] = alphabet[last | bits]
            #expect(try bench.verify(other).fault == .signatureNotBase64URL)
        }
    }

    @Test func theSizeIsBounded() throws {
        let padding = String(repeating: "x", count: TokenLimits.token * 3 / 4 - 100)
        let large = try bench.mint.mint(claims: bytes("{\"exp\":1700000900,\"x\":\"\(padding)\"}"))
        #expect(large.count <= TokenLimits.token)
        #expect(try bench.verify(large).fault == nil)
        let tooLarge = try bench.mint.mint(claims: bytes("{\"exp\":1700000900,\"x\":\"\(padding)\(padding)\"}"))
        #expect(try bench.verify(tooLarge).fault == .tooLarge)
        #expect(try bench.verify(token + [UInt8](repeating: 65, count: 2000)).fault == .signatureMalformed)
    }

    @Test(arguments: [
        "", "{", "{\"exp\":1700000900,}", "{\"exp\":1700000900,\"exp\":1}",
        "{\"exp\":1700000900,\"role\":\"user\",\"role\":\"admin\"}",
        "{\"exp\":1700000900,\"role\":\"user\",\"\\u0072ole\":\"admin\"}", "\u{feff}{\"exp\":1700000900}",
        "{\"exp\":NaN}", "{\"exp\":0x65}",
        "{\"exp\":+1700000900}", "{\"exp\":01700000900}", "{\"exp\":Infinity}", "{\"exp\":1700000900}{}",
        "{\"exp\":1700000900,\"a\":\"\\ud800\"}",
    ])
    func claimsThatAreNoStrictJSONAreRefused(_ claims: String) throws {
        guard case .claimsNotJSON? = try bench.verify(claims: claims).fault else {
            Issue.record("accepted, or another fault")
            return
        }
    }

    @Test func claimsInAnotherEncodingAreRefused() throws {
        let utf16: [UInt8] = bytes("{\"exp\":1700000900}").flatMap { byte in [byte, UInt8(0)] }
        #expect(try bench.verify(bench.mint.mint(claims: utf16)).fault == .claimsNotJSON(.unexpectedByte(at: 1)))
        let latin1 = bytes("{\"exp\":1700000900,\"a\":\"") + [0xE9] + bytes("\"}")
        #expect(try bench.verify(bench.mint.mint(claims: latin1)).fault == .claimsNotJSON(.invalidUTF8(at: 23)))
    }

    @Test(arguments: ["null", "[]", "\"exp\"", "1700000900", "[{\"exp\":1700000900}]"])
    func claimsThatAreNoObjectAreRefused(_ claims: String) throws {
        #expect(try bench.verify(claims: claims).fault == .claimsNotObject)
    }

    /// The claims of a token that nobody signed are never read.
    @Test func aWrongSignatureIsReportedBeforeAnythingInTheClaims() throws {
        var forged = try bench.mint.mint(claims: bytes("{\"exp\":\"never\"}"))
        forged[forged.count - 4] = forged[forged.count - 4] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        #expect(try bench.verify(forged).fault == .signatureMismatch)
    }

    @Test func everyFaultIsExplained() {
        let faults: [TokenFault] = [
            .tooLarge, .notThreeParts, .headerTooLarge, .headerNotBase64URL, .headerNotJSON(.endsEarly),
            .headerNotObject,
            .headerMember(.crit), .algorithmMissing, .algorithmUnsupported, .typeUnsupported, .keyNameNotString,
            .keyAlgorithmMismatch, .noKeyForAlgorithm, .signatureNotBase64URL, .signatureMalformed, .signatureMismatch,
            .cryptographyFailed, .claimsNotBase64URL, .claimsNotJSON(.tooDeep(at: 3)), .claimsNotObject, .expiryMissing,
            .dateMalformed(.nbf), .lifetimeUnknown, .lifetimeTooLong, .issuerMissing, .issuerMismatch, .audienceMissing,
            .audienceMismatch, .identifierMalformed, .subjectMalformed,
        ]
        #expect(Set(faults.map(\.explanation)).count == faults.count)
        #expect(faults.allSatisfy { !$0.explanation.isEmpty && !$0.explanation.hasSuffix(".") })
    }
}
