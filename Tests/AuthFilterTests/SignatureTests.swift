import AuthFilter
import Routes
import Testing

struct SignatureTests {
    @Test(arguments: PublishedSignature.all)
    func publishedSignaturesMatch(_ vector: PublishedSignature) throws {
        let context = try SignatureContext(VerificationKey(KeyMaterial(vector.algorithm, vector.key)))
        let signature = try Base64URL.decode(bytes(vector.signature).span)
        // Twice, with a failure between: the contexts are used again.
        #expect(context.verify(bytes(vector.signingInput).span, signature: signature.span) == .match)
        #expect(context.verify(bytes(vector.signingInput + "x").span, signature: signature.span) == .mismatch)
        #expect(context.verify(bytes(vector.signingInput).span, signature: signature.span) == .match)
    }

    @Test(arguments: PublishedSignature.all)
    func noBitOfASignatureMayDiffer(_ vector: PublishedSignature) throws {
        let context = try SignatureContext(VerificationKey(KeyMaterial(vector.algorithm, vector.key)))
        let signature = try Base64URL.decode(bytes(vector.signature).span)
        for index in stride(from: 0, to: signature.count, by: 13) {
            var changed = signature
            changed[index] ^= 1
            #expect(context.verify(bytes(vector.signingInput).span, signature: changed.span) != .match)
        }
    }

    @Test(arguments: PublishedSignature.all)
    func noSignatureOfAnotherLengthMatches(_ vector: PublishedSignature) throws {
        let context = try SignatureContext(VerificationKey(KeyMaterial(vector.algorithm, vector.key)))
        let signature = try Base64URL.decode(bytes(vector.signature).span)
        let input = bytes(vector.signingInput)
        for other in [[], [0], Array(signature.dropLast()), signature + [0], [0] + signature, signature + signature] {
            let verdict = context.verify(input.span, signature: other.span)
            // RSA signatures are numbers; the others have one length.
            #expect(verdict == ([.RS256, .PS384].contains(vector.algorithm) ? .mismatch : .malformed))
        }
    }

    /// RFC 7515 A.1; its key is 64 bytes.
    @Test func theHMACExampleOfTheRFCIsValidAndLongExpired() throws {
        let verifier = try TokenVerifier(
            KeyMaterial(
                .HS256, "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
                encoding: .base64url))
        let token = bytes(
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLm"
                + "NvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(throws: Never.self) {
            try verifier.verify(token.span, at: UnixTime(milliseconds: 1_300_819_379_999)).token
        }
        #expect(verifier.verify(token.span, at: UnixTime(milliseconds: 1_300_819_380_000)).refusal == .expired)
    }

    @Test(arguments: [
        (TokenAlgorithm.RS256, TestKeys.rsaPrivate, TestKeys.rsaPublic),
        (.RS384, TestKeys.rsaPrivate, TestKeys.rsaPublic),
        (.RS512, TestKeys.rsaPrivatePKCS1, TestKeys.rsaPublicPKCS1),
        (.PS256, TestKeys.rsaPrivate, TestKeys.rsaCertificate),
        (.PS384, TestKeys.rsaPrivate, TestKeys.rsaPublic), (.PS512, TestKeys.rsaPrivate, TestKeys.rsaPublic),
        (.ES256, TestKeys.p256Private, TestKeys.p256Public), (.ES256, TestKeys.p256PrivateSEC1, TestKeys.p256Public),
        (.ES384, TestKeys.p384Private, TestKeys.p384Public), (.ES512, TestKeys.p521Private, TestKeys.p521Public),
        (.EdDSA, TestKeys.ed25519Private, TestKeys.ed25519Public), (.HS256, TestBench.secret, TestBench.secret),
        (.HS384, TestBench.secret, TestBench.secret), (.HS512, TestBench.secret, TestBench.secret),
    ])
    func whatTheMintSignsIsVerified(_ algorithm: TokenAlgorithm, _ signingKey: String, _ key: String) throws {
        let mint = try TokenMint(KeyMaterial(algorithm, signingKey))
        let verifier = try TokenVerifier(KeyMaterial(algorithm, key))
        for number in 0..<20 {  // ECDSA: r and s of different lengths
            let token = try mint.mint(claims: bytes("{\"sub\":\"u-\(number)\",\"exp\":1700000900}"))
            #expect(text(try verifier.verify(token).token.subject) == "u-\(number)")
            var forged = token
            forged[token.count - 8] =
                forged[token.count - 8] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(verifier.verify(forged).fault != nil)
        }
    }

    @Test(arguments: ForgedRSASignature.all)
    func forgedRSASignaturesAreRefused(_ forged: ForgedRSASignature) throws {
        let verifier = try TokenVerifier(KeyMaterial(forged.algorithm, TestKeys.rsaPublic))
        #expect(verifier.verify(forged.token).fault == .signatureMismatch)
    }

    @Test func aTokenMayNotBeSignedByAnotherKeyOrHashOfTheFamily() throws {
        let claims = bytes("{\"exp\":1700000900}")
        let token = try TokenMint(KeyMaterial(.HS256, TestBench.secret)).mint(claims: claims)
        let other = try TokenVerifier(KeyMaterial(.HS256, TestBench.secret + "x"))
        #expect(other.verify(token).fault == .signatureMismatch)
        let longer = try TokenMint(KeyMaterial(.HS512, TestBench.secret)).mint(
            header: bytes("{\"alg\":\"HS256\"}"), claims: claims)
        #expect(try TokenVerifier(KeyMaterial(.HS256, TestBench.secret)).verify(longer).fault == .signatureMalformed)
    }

    @Test(arguments: ["", "AAAA"])
    func aMissingOrShortenedHMACIsRefused(_ signature: String) throws {
        let token = try TokenMint(KeyMaterial(.HS256, TestBench.secret)).mint(claims: bytes("{\"exp\":1700000900}"))
        let input = token[...(token.lastIndex(of: UInt8(ascii: ".")) ?? 0)]
        let verifier = try TokenVerifier(KeyMaterial(.HS256, TestBench.secret))
        #expect(verifier.verify(Array(input) + bytes(signature)).fault == .signatureMalformed)
        #expect(verifier.verify(token.dropLast(4) + []).fault != nil)
    }
}

struct ECDSASignatureTests {
    private func encode(_ r: [UInt8], _ s: [UInt8], _ curve: EllipticCurve = .p256) throws(ECDSASignature.Fault)
        -> [UInt8]
    {
        var der: [UInt8] = []
        try ECDSASignature.encodeDER((r + s).span, curve: curve, into: &der)
        return der
    }

    private func number(_ value: UInt8, _ curve: EllipticCurve = .p256) -> [UInt8] {
        [UInt8](repeating: 0, count: curve.order.count - 1) + [value]
    }

    @Test(arguments: EllipticCurve.allCases)
    func scalarsFromOneToTheOrderMinusOneAreAccepted(_ curve: EllipticCurve) throws {
        var last = curve.order
        last[last.count - 1] -= 1
        _ = try encode(number(1, curve), last, curve)
        _ = try encode(last, number(1, curve), curve)
    }

    /// CVE-2022-21449, and numbers that a verifier would reduce modulo the order.
    @Test(arguments: EllipticCurve.allCases)
    func zeroTheOrderAndBeyondAreRefused(_ curve: EllipticCurve) {
        var beyond = curve.order
        beyond[beyond.count - 1] += 1
        let highest = [UInt8](repeating: 0xFF, count: curve.order.count)
        for bad in [number(0, curve), curve.order, beyond, highest] {
            #expect(throws: ECDSASignature.Fault.scalarOutOfRange) { try encode(bad, number(1, curve), curve) }
            #expect(throws: ECDSASignature.Fault.scalarOutOfRange) { try encode(number(1, curve), bad, curve) }
        }
    }

    @Test func theDERFormIsMinimal() throws {
        #expect(try encode(number(1), number(0x7F)) == [0x30, 6, 2, 1, 1, 2, 1, 0x7F])
        #expect(try encode(number(0x80), number(2)) == [0x30, 7, 2, 2, 0, 0x80, 2, 1, 2])
        var last = EllipticCurve.p521.order
        last[last.count - 1] -= 1
        #expect(try encode(last, last, .p521).prefix(5) == [0x30, 0x81, 136, 2, 66])
    }

    /// A DER signature is longer than R || S, or its first bytes make a number beyond the order.
    @Test func aTokenWithTheDERFormIsRefused() throws {
        let mint = try TokenMint(KeyMaterial(.ES256, TestKeys.p256Private))
        let token = try mint.mint(claims: bytes("{\"exp\":1700000900}"))
        let dot = try #require(token.lastIndex(of: UInt8(ascii: ".")))
        let raw = try Base64URL.decode(Array(token[(dot + 1)...]).span)
        let der = try encode(Array(raw[..<32]), Array(raw[32...]))
        let verifier = try TokenVerifier(KeyMaterial(.ES256, TestKeys.p256Public))
        #expect(verifier.verify(Array(token[...dot]) + Base64URL.encode(der)).fault == .signatureMalformed)
    }

    @Test(arguments: ["zero", "order"])
    func tokensWithImpossibleScalarsAreRefused(_ kind: String) throws {
        let mint = try TokenMint(KeyMaterial(.ES256, TestKeys.p256Private))
        let token = try mint.mint(claims: bytes("{\"exp\":1700000900}"))
        let dot = try #require(token.lastIndex(of: UInt8(ascii: ".")))
        let scalar = kind == "zero" ? number(0) : EllipticCurve.p256.order
        let verifier = try TokenVerifier(KeyMaterial(.ES256, TestKeys.p256Public))
        #expect(verifier.verify(Array(token[...dot]) + Base64URL.encode(scalar + scalar)).fault == .signatureMalformed)
    }
}
