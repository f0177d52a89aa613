internal import AuthFilter
internal import Foundation
internal import Routes

/// Tokens: none is accepted that was not signed, to the last octet, with the key that its header may use; and what is
/// accepted is a token for every strict reader.
///
/// An input with a line end is a header and the claims, which are signed here. Another one is a token as it comes; its
/// first two parts are signed here as well, as a second token.
struct TokenHarness: Harness {
    static let now = UnixTime(milliseconds: 1_700_000_000_000)
    private static let newline = UInt8(ascii: "\n")
    private static let dot = UInt8(ascii: ".")

    private let policy: TokenPolicy
    /// For tokens without `kid` or with one that no key has, and for those with the kid `two`.
    private let unnamed: TokenMint
    private let named: TokenMint

    init() throws {
        let one = KeyMaterial(
            settings: KeySettings(algorithm: .HS256, source: .environment("ONE")),
            bytes: octets("kZ3vQ8xW1nR5tY7uP0aS2dF4gH6jK9lB-qE_cV.m"))
        let two = KeyMaterial(
            settings: KeySettings(algorithm: .HS512, source: .environment("TWO"), kid: octets("two")),
            bytes: octets("NoXiTzLw+hJrUyGf/DsAbCpO1234mnbvcxzlkjhgfdsapoiuytrewqQWERTYUIOPASDF"))
        policy = try TokenPolicy(TokenSettings(keys: [one.settings, two.settings]), material: [one, two])
        (unnamed, named) = (try TokenMint(one), try TokenMint(two))
    }

    func check(_ input: [UInt8]) throws(Objection) {
        var choices = Choices(input)
        try checkCredentials(input)
        if let end = input.firstIndex(of: Self.newline) {
            let header = Base64URL.encode(Array(input[..<end]))
            let claims = Base64URL.encode(Array(input[(end + 1)...]))
            try checkSigned(header, claims, &choices)
        } else {
            try check(token: input, &choices)
            let parts = input.split(separator: Self.dot, omittingEmptySubsequences: false)
            guard parts.count >= 2 else { return }
            try checkSigned(Array(parts[0]), Array(parts[1]), &choices)
        }
    }

    private func checkSigned(_ header: [UInt8], _ claims: [UInt8], _ choices: inout Choices) throws(Objection) {
        for mint in [unnamed, named] {
            try check(token: try sign(header, claims, mint), &choices)
        }
    }

    private func sign(_ header: [UInt8], _ claims: [UInt8], _ mint: TokenMint) throws(Objection) -> [UInt8] {
        do throws(CryptoError) {
            return try mint.mint(headerSegment: header, claimsSegment: claims)
        } catch { throw Objection("a token can't be signed") }
    }

    private func check(token: [UInt8], _ choices: inout Choices) throws(Objection) {
        let verifier: TokenVerifier
        do throws(KeyError) { verifier = try TokenVerifier(policy: policy) } catch { throw Objection("no verifier") }
        let verdict = verifier.verify(token.span, at: Self.now)
        // Once more, now that its header is remembered.
        try requireEqual(Outcome(verifier.verify(token.span, at: Self.now)), Outcome(verdict), "a second verification")
        let inspection = TokenInspection(token, verifier: verifier, at: Self.now)
        try requireEqual(Outcome(inspection.verdict), Outcome(verdict), "inspected and verified")
        let failures = inspection.findings.compactMap { finding in
            if case .failed(let refusal) = finding.finding { refusal } else { nil }
        }
        try requireEqual(failures.first, verdict.refusal, "the first step that fails, and the refusal")
        guard case .verified(let verified) = verdict else { return }
        try checkAccepted(token, verified)
        try checkForgeries(of: token, verified, verifier, &choices)
    }

    private func checkAccepted(_ token: [UInt8], _ verified: VerifiedToken) throws(Objection) {
        let parts = token.split(separator: Self.dot, omittingEmptySubsequences: false).map { Array($0) }
        try require(parts.count == 3, "\(parts.count) parts")
        guard let header = Self.decoded(parts[0]).flatMap({ PlainJSON($0) }), case .object(let members) = header,
            let text = Self.decoded(parts[1]), let claims = PlainJSON(text)
        else { throw Objection("accepted, and no strict reader reads it: \(shown(token))") }
        let isNamed = header["kid"] == .string(octets("two"))
        try requireEqual(header["alg"], .string(octets(isNamed ? "HS512" : "HS256")), "the algorithm")
        if let kid = header["kid"] {
            guard case .string = kid else { throw Objection("the kid \(kid)") }
        }
        let forbidden = ["crit", "b64", "jku", "jwk", "x5u", "x5c"].map(octets)
        try require(!members.contains { forbidden.contains($0.name) }, "a forbidden member")
        try requireEqual(
            token, try sign(parts[0], parts[1], isNamed ? named : unnamed), "the token, and what was signed")
        try requireEqual(verified.claimsText, text, "the claims")
        try require((claims["exp"]?.double ?? 0) * 1000 > Double(Self.now.milliseconds), "expired, or for ever")
    }

    /// One octet another, one more, one less: refused, and not what a cache remembers.
    private func checkForgeries(
        of token: [UInt8], _ verified: VerifiedToken, _ verifier: TokenVerifier, _ choices: inout Choices
    ) throws(Objection) {
        let cache = TokenCache(capacity: 8)
        _ = cache.insert(token.span, verified)
        try require(cache.find(token.span) != nil, "not remembered")
        let alphabet = octets("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ ")
        for _ in 0..<4 {
            var forged = token
            let place = choices.below(token.count)
            let octet = alphabet[choices.below(alphabet.count)]
            switch choices.below(3) {
            case 0: forged[place] = octet
            case 1: forged.insert(octet, at: place)
            default: forged.remove(at: place)
            }
            guard forged != token else { continue }
            try require(verifier.verify(forged.span, at: Self.now).refusal != nil, "forged: \(shown(forged))")
            try require(cache.find(forged.span) == nil, "remembered: \(shown(forged))")
        }
    }

    private func checkCredentials(_ input: [UInt8]) throws(Objection) {
        for value in [input, octets("Bearer ") + input, octets("bEARER  ") + input] {
            let plain = Self.credentials(value)
            switch BearerCredentials(value.span) {
            case .missing: try require(plain == nil, "missing: \(shown(value))")
            case .invalid: try require(plain == [], "invalid: \(shown(value))")
            case .token(let range): try requireEqual(Array(value[range]), plain, "the token of \(shown(value))")
            }
        }
    }

    /// Nil: of another scheme. Empty: no token.
    private static func credentials(_ value: [UInt8]) -> [UInt8]? {
        guard value.prefix(6).map(\.lowercased) == octets("bearer"), value.count == 6 || value[6] == 0x20 else {
            return nil
        }
        let token = value.dropFirst(6).drop { $0 == 0x20 }
        let core = token.prefix { $0.isLetter || $0.isDigit || "-._~+/".utf8.contains($0) }
        return !core.isEmpty && token[core.endIndex...].allSatisfy { $0 == 0x3D } ? Array(token) : []
    }

    /// Base64url by Foundation; only where encoding gives the same text again.
    private static func decoded(_ segment: [UInt8]) -> [UInt8]? {
        var text = String(decoding: segment, as: UTF8.self)
        guard !text.contains(where: { "+/=".contains($0) }) else { return nil }
        text = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text + padding), data.base64EncodedString() == text + padding else {
            return nil
        }
        return Array(data)
    }

    /// A verdict that can be compared.
    private struct Outcome: Equatable {
        var refusal: TokenRefusal?
        var claims: [UInt8]?

        init(_ verdict: TokenVerdict) {
            refusal = verdict.refusal
            if case .verified(let token) = verdict { claims = token.claimsText + (token.tokenKey(prefix: []) ?? []) }
        }
    }
}

extension TokenVerdict {
    var refusal: TokenRefusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }
}
