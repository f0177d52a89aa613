import AuthFilter
import Routes
import Testing

struct KeyTests {
    private func reason(_ material: KeyMaterial) -> KeyError.Reason? {
        do throws(KeyError) {
            _ = try VerificationKey(material)
            return nil
        } catch { return error.reason }
    }

    // MARK: Secrets

    @Test(arguments: [(TokenAlgorithm.HS256, 32), (.HS384, 48), (.HS512, 64)])
    func aSecretHasAtLeastTheLengthOfTheHash(_ algorithm: TokenAlgorithm, _ required: Int) {
        let secret = String(TestBench.secret.prefix(required))
        #expect(reason(KeyMaterial(algorithm, secret)) == nil)
        let short = String(secret.dropLast())
        #expect(reason(KeyMaterial(algorithm, short)) == .secretTooShort(count: required - 1, required: required))
        #expect(
            reason(KeyMaterial(algorithm, short + "\n")) == .secretTooShort(count: required - 1, required: required))
    }

    @Test func surroundingWhiteSpaceIsDroppedAndNothingElse() throws {
        let secret = String(TestBench.secret.prefix(40))
        let token = try TokenMint(KeyMaterial(.HS256, secret)).mint(claims: bytes("{\"exp\":1700000900}"))
        #expect(try TokenVerifier(KeyMaterial(.HS256, " \t\(secret)\r\n")).verify(token).fault == nil)
        #expect(try TokenVerifier(KeyMaterial(.HS256, secret + "=")).verify(token).fault == .signatureMismatch)
    }

    @Test func encodingsAreDecodedOnlyWhenNamed() throws {
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
        let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
        let token = try TokenMint(KeyMaterial(.HS256, hex, encoding: .hex)).mint(claims: bytes("{\"exp\":1700000900}"))
        #expect(try TokenVerifier(KeyMaterial(.HS256, hex + "\n", encoding: .hex)).verify(token).fault == nil)
        #expect(try TokenVerifier(KeyMaterial(.HS256, base64 + "\n", encoding: .base64url)).verify(token).fault == nil)
        #expect(try TokenVerifier(KeyMaterial(.HS256, hex)).verify(token).fault == .signatureMismatch)
        #expect(try TokenVerifier(KeyMaterial(.HS256, base64)).verify(token).fault == .signatureMismatch)
        #expect(
            reason(KeyMaterial(.HS256, String(hex.dropLast(2)), encoding: .hex))
                == .secretTooShort(count: 31, required: 32))
    }

    @Test(arguments: ["0g", "000", "00 11", "0x00", "é"])
    func malformedHexadecimalIsRefused(_ text: String) {
        #expect(reason(KeyMaterial(.HS256, text, encoding: .hex)) == .secretNotHexadecimal)
    }

    @Test(arguments: ["AAEC=", "AA+C", "AA C", "A"])
    func malformedBase64URLIsRefused(_ text: String) {
        #expect(reason(KeyMaterial(.HS256, text, encoding: .base64url)) == .secretNotBase64URL)
    }

    @Test(arguments: [
        "secret", "Secret", "changeme", "change-me", "CHANGE_ME_please_0123456789_0123456789", "your-256-bit-secret",
        "your-512-bit-secret",
        "a-string-secret-at-least-256-bits-long",
        "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
        "your_jwt_secret_key_0123456789_abcdefgh", "your-super-secret-jwt-token-with-at-least-32-characters-long",
        "password", "replace-me",
    ])
    func placeholdersAreRefused(_ secret: String) {
        #expect(reason(KeyMaterial(.HS256, secret)) == .secretIsPlaceholder)
    }

    @Test(arguments: ["a", "ab", "0123", "secret", "12345678"])
    func oneShortWordOverAndOverIsRefused(_ unit: String) {
        let secret = String(repeating: unit, count: 64 / unit.count)
        #expect(reason(KeyMaterial(.HS256, secret)) == .secretIsRepetitive)
    }

    @Test func zeroBytesBehindAnEncodingAreRefused() {
        #expect(
            reason(KeyMaterial(.HS256, String(repeating: "A", count: 43), encoding: .base64url)) == .secretIsRepetitive)
        #expect(reason(KeyMaterial(.HS256, String(repeating: "0a", count: 32), encoding: .hex)) == .secretIsRepetitive)
        let placeholder = bytes("change me, this is a placeholder secret").map { String($0, radix: 16) }.joined()
        #expect(reason(KeyMaterial(.HS256, placeholder, encoding: .hex)) == .secretIsPlaceholder)
    }

    @Test(arguments: ["0123456789abcdef0123456789abcdef", "an-access-token-secret-of-the-tests-0123456789"])
    func otherSecretsAreNotJudged(_ secret: String) {
        #expect(reason(KeyMaterial(.HS256, secret)) == nil)
    }

    @Test(arguments: ["", " ", "\n\t"])
    func anEmptySecretIsRefused(_ secret: String) {
        #expect(reason(KeyMaterial(.HS256, secret)) == .secretEmpty)
    }

    /// HS256 keyed with the public key of RS256: the token that everybody could sign.
    @Test(arguments: [
        TestKeys.rsaPublic, TestKeys.rsaCertificate, TestKeys.p256Public, TestKeys.rsaPrivate, "x\(TestKeys.rsaPublic)",
    ])
    func aPEMTextIsNoSecret(_ pem: String) {
        #expect(reason(KeyMaterial(.HS256, pem)) == .secretIsPEM)
        let hidden = text(Base64URL.encode(bytes(pem))) ?? ""
        #expect(reason(KeyMaterial(.HS256, hidden, encoding: .base64url)) == .secretIsPEM)
    }

    @Test func aTokenSignedWithThePublicKeyAsSecretIsRefused() throws {
        // Signed by a mint that was tricked out of the check: the text without its first dash is a legal secret.
        let verifier = try TokenVerifier(KeyMaterial(.RS256, TestKeys.rsaPublic))
        let mint = try TokenMint(KeyMaterial(.HS256, TestKeys.rsaPublic.replacing("-----", with: "")))
        let claims = bytes("{\"exp\":1700000900}")
        #expect(verifier.verify(try mint.mint(claims: claims)).fault == .noKeyForAlgorithm)
        let lying = try mint.mint(header: bytes("{\"alg\":\"RS256\"}"), claims: claims)
        #expect(verifier.verify(lying).fault == .signatureMismatch)
    }

    // MARK: PEM

    @Test(arguments: [
        (TokenAlgorithm.RS256, TestKeys.rsaPublic), (.PS512, TestKeys.rsaPublicPKCS1),
        (.RS512, TestKeys.rsaCertificate),
        (.ES256, TestKeys.p256Public), (.ES384, TestKeys.p384Public), (.ES512, TestKeys.p521Public),
        (.EdDSA, TestKeys.ed25519Public),
        (.RS256, "\n\n\(TestKeys.rsaPublic)\r\n"), (.ES256, TestKeys.p256Public.replacing("\n", with: "\r\n")),
    ])
    func publicKeysAndCertificatesAreRead(_ algorithm: TokenAlgorithm, _ pem: String) {
        #expect(reason(KeyMaterial(algorithm, pem)) == nil)
    }

    @Test(arguments: [
        TestKeys.rsaPrivate, TestKeys.rsaPrivatePKCS1, TestKeys.rsaPrivateEncrypted, TestKeys.p256Private,
        TestKeys.p256PrivateSEC1,
    ])
    func aPrivateKeyIsAnErrorThatSaysSo(_ pem: String) {
        #expect(reason(KeyMaterial(.RS256, pem)) == .privateKey)
        #expect(reason(KeyMaterial(.ES256, pem)) == .privateKey)
    }

    @Test(arguments: [
        (TokenAlgorithm.RS256, TestKeys.p256Public, "an RSA key"), (.PS256, TestKeys.ed25519Public, "an RSA key"),
        (.ES256, TestKeys.rsaPublic, "an EC key on P-256"), (.ES256, TestKeys.p384Public, "an EC key on P-256"),
        (.ES256, TestKeys.secp256k1Public, "an EC key on P-256"), (.ES384, TestKeys.p256Public, "an EC key on P-384"),
        (.ES512, TestKeys.p384Public, "an EC key on P-521"), (.EdDSA, TestKeys.p256Public, "an Ed25519 key"),
        (.EdDSA, TestKeys.ed448Public, "an Ed25519 key"), (.EdDSA, TestKeys.rsaPublic, "an Ed25519 key"),
    ])
    func aKeyOfAnotherTypeIsRefused(_ algorithm: TokenAlgorithm, _ pem: String, _ required: String) {
        #expect(reason(KeyMaterial(algorithm, pem)) == .wrongKeyType(required: required))
    }

    @Test(arguments: [TokenAlgorithm.RS256, .PS384])
    func aShortRSAKeyIsRefused(_ algorithm: TokenAlgorithm) {
        #expect(reason(KeyMaterial(algorithm, TestKeys.rsa1024Public)) == .rsaTooShort(bits: 1024))
    }

    @Test func aModulusThatIsNoneIsRefused() {
        #expect(reason(KeyMaterial(.RS256, TestKeys.rsaEvenModulusPublic)) == .unsoundKey)
    }

    private static let rsa = TestKeys.rsaPublic

    private static let uncleanBlocks: [(String, KeyError.Reason)] = [
        ("", .notPEM), ("hello", .notPEM), ("-----BEGIN PUBLIC KEY-----", .notPEM),
        ("\(rsa)\n\(rsa)", .severalBlocks),
        ("\(rsa)\n\(TestKeys.p256Public)", .severalBlocks),
        ("\(rsa)\ngarbage", .textAroundBlock),
        ("comment\n\(rsa)", .textAroundBlock),
        (rsa.replacing("END PUBLIC", with: "END RSA PUBLIC"), .notPEM),
        (rsa.replacing("PUBLIC KEY", with: "PUBLIC THING"), .unsupportedBlock),
        (rsa.replacing("PUBLIC KEY", with: "CERTIFICATE"), .unreadableBlock),
        (rsa.replacing("PUBLIC KEY", with: "RSA PUBLIC KEY"), .unreadableBlock),
        (rsa.replacing("KEY-----\nM", with: "KEY-----\nProc-Type: 4,ENCRYPTED\n\nM"), .encrypted),
        (rsa.replacing("MII", with: "M!I"), .unreadableBlock),
        (rsa.replacing("MII", with: "MI"), .unreadableBlock),
        ("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", .unreadableBlock),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", .unreadableBlock),
    ]

    @Test(arguments: uncleanBlocks)
    func anythingButOneCleanBlockIsRefused(_ pem: String, _ expected: KeyError.Reason) {
        #expect(reason(KeyMaterial(.RS256, pem)) == expected)
    }

    /// The same structure with three more bytes behind it.
    @Test func bytesBehindTheKeyAreRefused() throws {
        // 44 bytes are 59 characters and a "=": three more bytes make it 63 and a "=".
        let body = String(TestKeys.ed25519Public.split(separator: "\n")[1])
        let unpadded = body.replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
        let decoded = try Base64URL.decode(bytes(unpadded).span)
        let encoded = try #require(text(Base64URL.encode(decoded + [0, 0, 0])))
        let plain = encoded.replacing("-", with: "+").replacing("_", with: "/") + "="
        let longer = TestKeys.ed25519Public.replacing(body, with: plain)
        #expect(reason(KeyMaterial(.EdDSA, longer)) == .unreadableBlock)
    }

    @Test func errorsNameTheLineAndNeverTheSecret() throws {
        let secret = "hunter2-hunter2"
        do throws(KeyError) {
            _ = try VerificationKey(KeyMaterial(.HS256, secret))
            Issue.record("accepted")
        } catch {
            #expect(error.line == 7)
            #expect(error.algorithm == .HS256)
            #expect(!error.explanation.contains("hunter2"))
            #expect(!"\(error)".contains("hunter2"))
        }
        let material = KeyMaterial(.HS256, secret)
        #expect(!"\(material)".contains("hunter2"))
        #expect(!String(reflecting: material).contains("hunter2"))
        var dumped = ""
        dump(material, to: &dumped)
        #expect(!dumped.contains("hunter2") && !dumped.contains("104"))
    }

    @Test func theMintNeedsThePrivateKey() {
        #expect { try TokenMint(KeyMaterial(.RS256, TestKeys.rsaPublic)) } throws: {
            ($0 as? KeyError)?.reason == .publicKeyForSigning
        }
        #expect { try TokenMint(KeyMaterial(.RS256, TestKeys.rsaPrivateEncrypted)) } throws: {
            ($0 as? KeyError)?.reason == .encrypted
        }
        #expect { try TokenMint(KeyMaterial(.ES256, TestKeys.p384Private)) } throws: {
            ($0 as? KeyError)?.reason == .wrongKeyType(required: "an EC key on P-256")
        }
    }
}

struct KeyChoiceTests {
    private static let other = String(TestBench.secret.reversed())
    private static let third = TestBench.secret.uppercased()

    private func token(_ secret: String, kid: String? = nil, _ algorithm: TokenAlgorithm = .HS256) throws -> [UInt8] {
        try TokenMint(KeyMaterial(algorithm, secret, kid: kid)).mint(claims: bytes("{\"exp\":1700000900}"))
    }

    @Test func aNamedKeyServesTheTokensThatNameIt() throws {
        let verifier = try TokenVerifier(
            KeyMaterial(.HS256, TestBench.secret, kid: "a"), KeyMaterial(.HS256, Self.other, kid: "b"))
        #expect(verifier.verify(try token(TestBench.secret, kid: "a")).fault == nil)
        #expect(verifier.verify(try token(Self.other, kid: "b")).fault == nil)
        #expect(verifier.verify(try token(TestBench.secret, kid: "b")).fault == .signatureMismatch)
    }

    @Test func aNamedKeyNeverServesOtherTokens() throws {
        let verifier = try TokenVerifier(KeyMaterial(.HS256, TestBench.secret, kid: "a"))
        #expect(verifier.verify(try token(TestBench.secret)).fault == .noKeyForAlgorithm)
        #expect(verifier.verify(try token(TestBench.secret, kid: "c")).fault == .noKeyForAlgorithm)
        #expect(verifier.verify(try token(TestBench.secret, kid: "A")).fault == .noKeyForAlgorithm)
        #expect(verifier.verify(try token(TestBench.secret, kid: "")).fault == .noKeyForAlgorithm)
    }

    @Test func keysWithoutNameServeTokensWithoutAndWithUnknownNames() throws {
        let verifier = try TokenVerifier(
            KeyMaterial(.HS256, Self.other, kid: "a"), KeyMaterial(.HS256, TestBench.secret))
        #expect(verifier.verify(try token(TestBench.secret)).fault == nil)
        #expect(verifier.verify(try token(TestBench.secret, kid: "unknown")).fault == nil)
        // A known name means that key only, with no way back to the others.
        #expect(verifier.verify(try token(TestBench.secret, kid: "a")).fault == .signatureMismatch)
    }

    @Test func severalKeysOfOneAlgorithmAreTriedInOrder() throws {
        let verifier = try TokenVerifier(
            KeyMaterial(.HS256, Self.other), KeyMaterial(.HS384, Self.third), KeyMaterial(.HS256, TestBench.secret))
        #expect(verifier.verify(try token(TestBench.secret)).fault == nil)
        #expect(verifier.verify(try token(Self.other)).fault == nil)
        #expect(verifier.verify(try token(Self.third, .HS384)).fault == nil)
        #expect(verifier.verify(try token(Self.third)).fault == .signatureMismatch)
        #expect(verifier.verify(try token(TestBench.secret, .HS384)).fault == .signatureMismatch)
        #expect(verifier.verify(try token(TestBench.secret, .HS512)).fault == .noKeyForAlgorithm)
    }

    @Test func aNamedKeyHasOneAlgorithm() throws {
        let verifier = try TokenVerifier(
            KeyMaterial(.HS256, TestBench.secret, kid: "a"), KeyMaterial(.HS512, TestBench.secret))
        #expect(verifier.verify(try token(TestBench.secret, kid: "a", .HS512)).fault == .keyAlgorithmMismatch)
        #expect(verifier.verify(try token(TestBench.secret, .HS512)).fault == nil)
    }

    @Test func theNameIsComparedDecoded() throws {
        let verifier = try TokenVerifier(KeyMaterial(.HS256, TestBench.secret, kid: "a/b"))
        let mint = try TokenMint(KeyMaterial(.HS256, TestBench.secret))
        let token = try mint.mint(
            header: bytes("{\"alg\":\"HS256\",\"kid\":\"\\u0061\\/b\"}"), claims: bytes("{\"exp\":1700000900}"))
        #expect(verifier.verify(token).fault == nil)
    }

    @Test func twoKeysOfOneNameAreAnError() {
        #expect {
            try TokenVerifier(
                KeyMaterial(.HS256, TestBench.secret, kid: "a"), KeyMaterial(.HS512, TestBench.secret, kid: "a"))
        } throws: {
            ($0 as? KeyError)?.reason == .duplicateKeyName
        }
    }

    @Test func noKeysAtAllAreAnError() {
        #expect { try TokenVerifier() } throws: { ($0 as? KeyError)?.reason == .noKeys }
    }

    @Test func theMintWritesTheName() throws {
        let token = try token(TestBench.secret, kid: "a\"b")
        let header = try Base64URL.decode(Array(token.prefix { $0 != UInt8(ascii: ".") }).span)
        #expect(text(header) == "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"a\\\"b\"}")
        #expect(try TokenVerifier(KeyMaterial(.HS256, TestBench.secret, kid: "a\"b")).verify(token).fault == nil)
    }
}
