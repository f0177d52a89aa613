import ProxyEngine
import Testing

@Suite("Chunk extensions are checked and dropped (RFC 9112 §7.1.1)")
struct ChunkExtensionTests {
    static let wellFormed = [
        ";a", ";a=b", ";a;b", ";a=b;c=d", ";a=\"\"", ";a=\"b c\"", ";a=\"b;c=d\"", ";a=\"\\\"\"", ";a=\"\\\\\"",
        ";a=\"\\a\"", ";a=\"b\";c",
        ";a=\"\t\u{80}\u{FF}\"", ";a=\"\\\t\\ \"", ";!#$%&'*+-.^_`|~=1", ";a=\"\\\u{FF}\"",
    ]

    @Test("One of the grammar is dropped", arguments: wellFormed)
    func reads(text: String) {
        #expect(readBody("3\(text)\r\nabc\r\n0\(text)\r\n\r\n") == BodyReading("abc", .end))
    }

    static let malformed = [
        ";", ";;", ";=", ";=b", ";a=", ";a=;b", ";a;", ";a= b", ";a =b", "; a", ";a ", ";a=b ", ";a b", ";a=b c",
        ";a==b", ";a=\"b\"c",
        ";a=\"b\"\"c\"", ";a=\"b\" ", ";a=\u{E9}", ";\u{E9}", ";a=(b)", ";a,b", ";a=\"\u{0}\"", ";a=\"\u{7F}\"",
        ";a=\"\u{B}\"",
        ";a=\"\n\"", ";a=\"\r\"", ";a=\"\r\n\"", ";a=\"\\\n\"", ";a=\"\\\r\"", ";a=\"\\\r\n", ";a=\"\\\u{0}\"",
        ";a=\"\\\u{7F}\"", ";\"a\"",
        ";a\u{0}", ";a='b c'",
    ]

    @Test("Any other is refused", arguments: malformed)
    func refuses(text: String) {
        let reading = readBody("3\(text)\r\nabc\r\n0\r\n\r\n")
        #expect(reading == BodyReading("", .malformed(.chunk(.extensionSyntax))))
        #expect(readBody("0\(text)\r\n\r\n").end == .malformed(.chunk(.extensionSyntax)))
    }

    @Test("A quoted value that does not end ends nothing", arguments: [";a=\"", ";a=\"b", ";a=\"b\\", ";a=\"b\\\""])
    func waits(text: String) {
        #expect(readBody("3\(text)") == BodyReading("", .needMore))
    }

    @Test("A size line has a limit, exact to the octet")
    func isLimited() {
        func line(_ count: Int) -> String { "1;" + String(repeating: "a", count: count - 4) + "\r\n" }
        let limit = EngineLimits.maxChunkLine
        #expect(readBody(line(limit) + "x\r\n0\r\n\r\n") == BodyReading("x", .end))
        #expect(readBody(line(limit + 1) + "x\r\n").end == .malformed(.chunk(.lineTooLong)))
        #expect(readBody("1;" + String(repeating: "a", count: limit - 2)).end == .needMore)
        #expect(readBody("1;" + String(repeating: "a", count: limit - 1)).end == .malformed(.chunk(.lineTooLong)))
        #expect(readBody("1;a=\"" + String(repeating: "\\", count: limit * 2)).end == .malformed(.chunk(.lineTooLong)))
    }
}
