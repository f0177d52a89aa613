import AuthFilter
import Testing

struct BearerCredentialsTests {
    @Test(arguments: ["Bearer abc", "bearer abc", "BEARER abc", "bEaReR abc", "Bearer    abc"])
    func theSchemeIsMatchedInAnyCase(_ value: String) {
        let field = bytes(value)
        guard case .token(let range) = BearerCredentials(field.span) else {
            Issue.record("not a token")
            return
        }
        #expect(text(Array(field[range])) == "abc")
    }

    @Test(arguments: [
        "", "Basic dXNlcjpwYXNz", "Bearerx abc", "Bearer: abc", "Bearer\tabc", "Bear", "Digest a=b", "abc.def.ghi",
        "\u{02}earer abc", "Bearer.abc", "@earer abc", "Bearer,abc",
    ])
    func anotherSchemeIsNoToken(_ value: String) {
        #expect(BearerCredentials(bytes(value).span) == .missing)
    }

    @Test(arguments: [
        "Bearer", "Bearer ", "Bearer    ", "Bearer a b", "Bearer a,b", "Bearer \"a\"", "Bearer a\tb", "Bearer a=b",
        "Bearer =", "Bearer ==", "Bearer a, Bearer b", "Bearer \u{e9}", "Bearer a%20", "Bearer a ", "Bearer \ta",
        "Bearer a\0",
    ])
    func bearerWithoutOneWellFormedTokenIsInvalid(_ value: String) {
        #expect(BearerCredentials(bytes(value).span) == .invalid)
    }

    @Test(arguments: ["a", "A-._~+/9", "abc=", "abc==", "e30.e30.x"])
    func everyB64tokenIsAToken(_ token: String) {
        #expect(BearerCredentials(bytes("Bearer " + token).span) == .token(7..<7 + token.utf8.count))
    }
}
