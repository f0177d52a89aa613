import AuthFilter
import Testing

/// In the manner of JSONTestSuite: y_ must be read, n_ must be refused, and i_ (left open by RFC 8259) is decided.
struct JSONReaderTests {
    private static func read(_ bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        var reader = JSONReader()
        return try reader.read(bytes.span)
    }

    @Test(arguments: [
        "null", "true", "false", " true ", "\t\r\n null\n", "0", "-0", "1", "-1", "10",
        "1234567890123456789012345678901234567890",
        "0.1", "-0.0", "1.50", "1e1", "1E1", "1e+1", "1e-1", "0e0", "0e+00", "123.456e-789", "1e400", "20e1",
        "-1.5E+09",
        "\"\"", "\"a\"", "\"\u{e9}\u{20ac}\u{1F600}\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\"", "\"\\u00e9\"",
        "\"\\uD83D\\uDE00\"", "\"\\ud83d\\ude00\"", "\"\\uDBFF\\uDFFF\"", "\"\\u0000\"", "\"\\uFFFF\"", "\"\u{7F}\"",
        "\"\u{2028}\"",
        "\"/\"", "\"a longer string of more than eight bytes\"", "\"1234567\\n\"", "\"12345678\"", "\"\\\\u0041\"",
        "[]", "[ ]", "[1]", "[1,2]", "[ 1 , 2 ]", "[[],[]]", "[\"a\",null,true]", "[{}]", "[1,\n1]",
        "{}", "{ }", "{\"a\":1}", "{ \"a\" : 1 , \"b\" : 2 }", "{\"\":0}", "{\"a\":{\"a\":{\"a\":1}}}",
        "{\"a\":[],\"b\":{}}",
        "{\"a\":1,\"A\":2}", "[{\"a\":1},{\"a\":2}]", "{\"a\":{\"x\":1},\"b\":{\"x\":1}}", "{\"\\u0061b\":1,\"a\":2}",
        "{\"longer name 1\":1,\"longer name 2\":2}",
        // NFC and NFD of é: equal to Swift's String, two names to JSON.
        "{\"\u{e9}\":1,\"e\u{301}\":2}",
    ])
    func wellFormedTextsAreRead(_ json: String) throws {
        _ = try Self.read(bytes(json))
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "TRUE", "undefined", "NaN", "Infinity", "-Infinity", "-NaN", "nan",
        "+1", "01", "-01", "00", "1.", ".1", "-.1", "-", "1e", "1e+", "1E-", "1.e1", "1.2.3", "1e1.5", "1e1e1", "0x1",
        "0X1F",
        "1_000", "1,000", "--1", "1 2", "1a", "0b1", "1f", "\u{ff11}", "-foo", "2.e3", "0e", "0.3e+", "1.0e-", "9.e+",
        "\"", "\"a", "'a'", "a", "\"\\\"", "\"\\x41\"", "\"\\a\"", "\"\\U0041\"", "\"\\0\"", "\"\\'\"", "\"\\u\"",
        "\"\\u1\"",
        "\"\\u12\"", "\"\\u123\"", "\"\\u123", "\"\\u12G4\"", "\"\\u 123\"", "\"\\u+123\"", "\"\\u-123\"", "\"\\ \"",
        "\"\\", "\"a\" \"b\"",
        "\"\u{0}\"", "\"\u{1}\"", "\"\n\"", "\"\t\"", "\"\r\"", "\"\u{1F}\"", "\"12345678\u{1F}\"",
        "\"1234\u{1F}678901234\"", "\"\n2345678901234\"", "\"1234567\u{0}901234\"",
        "\"\\uD800\"", "\"\\uDC00\"", "\"\\uD800a\"", "\"\\uD800\\n\"", "\"\\uD800\\uD800\"", "\"\\uDC00\\uD800\"",
        "\"\\uDBFF\\u0041\"",
        "\"\\uD800\\uE000\"", "\"\\uDFFF\"", "\"\\uD83D\\u\"", "\"\\uD83D\\uDE0\"", "\"\\uD83D\\", "\"\\uD83D",
        "[", "]", "[1", "[1,", "[,1]", "[1,]", "[,]", "[1 2]", "[1,,2]", "[1;2]", "[\"a\"", "[1]]", "[[1]", "[}", "[1}",
        "[a]", "[1:2]",
        "{", "}", "{a:1}", "{\"a\"}", "{\"a\":}", "{:1}", "{\"a\":1", "{\"a\":1,}", "{,\"a\":1}", "{\"a\" 1}",
        "{\"a\",1}", "{\"a\"::1}",
        "{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "{1:1}", "{null:1}", "{[]:1}", "{'a':1}", "{\"a\":1]", "{\"a\":1}}",
        "{\"a\":1},",
        "{\"a\":1}#", "{\"a\":1}//", "/**/{}", "{}/**/", "// x\n{}", "{\"a\":/**/1}", "{} {}", "{}x", "{}\u{0}",
        "\u{0}{}", "{\"a\":1,,\"b\":2}",
        "\u{feff}{}", "{}\u{feff}", "\u{a0}{}", "\u{c}{}", "\u{b}{}", "{\u{2003}}", "*", "<null>", "[1]x", "tru", "f",
        "n", "falsey", "truefalse",
    ])
    func malformedTextsAreRefused(_ json: String) {
        #expect(throws: JSONFault.self) { try Self.read(bytes(json)) }
    }

    @Test(arguments: [
        "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"\":1,\"\":2}", "{\"a\":1,\"\\u0061\":2}",
        "{\"\\u0061\":1,\"a\":2}",
        "{\"x\":{\"a\":1,\"a\":2}}", "[{\"a\":1,\"a\":2}]", "{\"a\":{\"b\":1},\"a\":{}}",
        "[[[{\"z\":[],\"y\":{},\"z\":0}]]]",
        "{\"a name longer than a word\":1,\"a name longer than a word\":2}",
        "{\"a name longer than a word\":1,\"a name longer than a \\u0077ord\":2}",
        "{\"exactly8\":1,\"exactly8\":2}", "{\"\\ud83d\\ude00\":1,\"\u{1F600}\":2}", "{\"\u{e9}\":1,\"\\u00E9\":2}",
        "{\"/\":1,\"\\/\":2}",
        "{\"a\":{\"x\":1},\"b\":2,\"a\":{\"x\":1}}", "{\"tail\":1,\"tail\":2}",
    ])
    func duplicateNamesAreRefusedAtAnyDepth(_ json: String) {
        #expect {
            try Self.read(bytes(json))
        } throws: {
            if case .duplicateName? = $0 as? JSONFault { true } else { false }
        }
    }

    /// RFC 3629: overlong forms, surrogates, beyond U+10FFFF, lone and missing tails.
    @Test(arguments: [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xC3, 0x28], [0xE0, 0x80, 0x80],
        [0xE0, 0x9F, 0xBF],
        [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
        [0xF0, 0x80, 0x80, 0x80],
        [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF0, 0x28, 0x8C, 0xBC], [0xF4, 0x90, 0x80, 0x80],
        [0xF5, 0x80, 0x80, 0x80],
        [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE9],
    ])
    func invalidUTF8IsRefusedInValuesAndNames(_ sequence: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONFault.self) { try Self.read([quote] + sequence + [quote]) }
        #expect(throws: JSONFault.self) { try Self.read(bytes("{\"12345678") + sequence + bytes("\":1}")) }
        #expect(throws: JSONFault.self) { try Self.read(sequence) }
    }

    @Test(arguments: [
        [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF],
        [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
    ])
    func theEndsOfTheRangesOfUTF8AreRead(_ sequence: [UInt8]) throws {
        _ = try Self.read([0x22] + sequence + [0x22])
    }

    @Test func otherEncodingsAreRefused() {
        #expect(throws: JSONFault.self) { try Self.read([0xFF, 0xFE, 0x7B, 0, 0x7D, 0]) }  // UTF-16 with a mark
        #expect(throws: JSONFault.self) { try Self.read([0x7B, 0, 0x7D, 0]) }  // UTF-16LE
        #expect(throws: JSONFault.self) { try Self.read([0, 0x7B, 0, 0x7D]) }  // UTF-16BE
        #expect(throws: JSONFault.self) { try Self.read([0xEF, 0xBB, 0xBF, 0x7B, 0x7D]) }  // UTF-8 with a mark
    }

    @Test(arguments: [("[", "]"), ("{\"a\":", "}")])
    func sixteenLevelsAreReadAndNoMore(_ open: String, _ close: String) throws {
        func nested(_ depth: Int) -> [UInt8] {
            bytes(String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth))
        }
        _ = try Self.read(nested(16))
        #expect(throws: JSONFault.tooDeep(at: 16 * open.utf8.count)) { try Self.read(nested(17)) }
        #expect(throws: JSONFault.self) { try Self.read(nested(1000)) }
        #expect(throws: JSONFault.self) { try Self.read(bytes(String(repeating: open, count: 5000))) }
    }

    @Test func theNumberOfMembersIsBounded() throws {
        func object(_ count: Int) -> [UInt8] {
            bytes("{" + (0..<count).map { "\"\($0)\":0" }.joined(separator: ",") + "}")
        }
        _ = try Self.read(object(JSONLimits.members))
        #expect(throws: JSONFault.self) { try Self.read(object(JSONLimits.members + 1)) }
    }

    @Test func theSizeIsBounded() {
        #expect(throws: JSONFault.tooLarge) { try Self.read([UInt8](repeating: 0x20, count: JSONLimits.text + 1)) }
    }

    @Test func aReaderCanBeUsedAgainAfterAFault() throws {
        var reader = JSONReader()
        #expect(throws: JSONFault.self) { try reader.read(bytes("{\"a\":1,\"b\":{\"c\":").span) }
        let again = try reader.read(bytes("{\"a\":1,\"b\":2}").span)
        #expect(again.kind == .object)
    }

    @Test(arguments: [
        ("1", JSONValue.Kind.integer), ("-7", .integer), ("1.0", .decimal), ("1e0", .decimal), ("{}", .object),
        ("[]", .array),
        ("\"a\"", .string), ("\"\\n\"", .escapedString), ("true", .true), ("false", .false), ("null", .null),
    ])
    func theKindOfAValueIsKnown(_ json: String, _ kind: JSONValue.Kind) throws {
        #expect(try Self.read(bytes(json)).kind == kind)
    }

    @Test(arguments: ["", "a", "\"", "\\", "\n\u{1}\u{1f}", "\u{e9}\u{1F600}", "a\"b\\c"])
    func whatWeEscapeComesBack(_ string: String) throws {
        var json = bytes("{\"exp\":1700000900,\"email\":")
        JSONEscape.append(bytes(string), to: &json)
        json.append(UInt8(ascii: "}"))
        let bench = try TestBench()
        let token = try bench.verify(bench.mint.mint(claims: json)).token
        #expect(text(token.email) == string)
    }
}
