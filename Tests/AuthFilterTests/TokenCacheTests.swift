import AuthFilter
import Routes
import Testing

/// In the smallest cache every token is looked for beside every other, so nothing but the comparison tells them apart.
/// In a larger one a token that was changed at its end is nearly always looked for elsewhere.
@Suite("The cache of verified tokens finds the whole token and no other")
struct TokenCacheTests {
    /// Tokens of every length modulo the eight bytes that are compared at a time, each with its verdict.
    private static let lengths = 0..<9

    private let bench: TestBench

    init() throws { bench = try TestBench() }

    private func remembered(_ length: Int) throws -> (token: [UInt8], cache: TokenCache) {
        let subject = String(repeating: "u", count: length + 1)
        let token = try bench.mint.mint(claims: bytes("{\"sub\":\"\(subject)\",\"exp\":1700000900}"))
        let cache = TokenCache(capacity: 1)
        _ = cache.insert(token.span, try bench.verify(token).token)
        return (token, cache)
    }

    private func found(_ token: [UInt8], in cache: TokenCache) -> TokenCache.Entry? { cache.find(token.span) }

    @Test("The very bytes are found", arguments: lengths)
    func same(length: Int) throws {
        let (token, cache) = try remembered(length)
        #expect(found(token, in: cache)?.verified.subject == bytes(String(repeating: "u", count: length + 1)))
    }

    @Test("A change of any byte is another token", arguments: lengths)
    func changed(length: Int) throws {
        let (token, cache) = try remembered(length)
        for position in token.indices {
            var other = token
            other[position] ^= 1
            #expect(found(other, in: cache) == nil, "byte \(position) of \(token.count)")
        }
    }

    @Test("So is one that is longer or shorter at either end", arguments: lengths)
    func resized(length: Int) throws {
        let (token, cache) = try remembered(length)
        for count in 1...16 {
            #expect(found(Array(token.dropLast(count)), in: cache) == nil)
            #expect(found(Array(token.dropFirst(count)), in: cache) == nil)
            #expect(found(token + token.suffix(count), in: cache) == nil)
            #expect(found(token.prefix(count) + token, in: cache) == nil)
        }
    }

    @Test("The same signature under other claims is another token")
    func otherClaims() throws {
        let (token, cache) = try remembered(4)
        let parts = token.split(separator: UInt8(ascii: "."))
        let claims = try bench.mint.mint(claims: bytes("{\"sub\":\"admin\",\"exp\":1700000900}"))
        let other = claims.split(separator: UInt8(ascii: "."))
        let forged = Array([parts[0], other[1], parts[2]].joined(separator: [UInt8(ascii: ".")]))
        #expect(found(forged, in: cache) == nil)
        #expect(found(token, in: cache) != nil)
    }
}
