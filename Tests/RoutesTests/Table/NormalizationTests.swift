import Foundation
import Routes
import Testing

@Suite struct NormalizationTests {
    private static let rules = """
        *  /public/**  public
        *  /admin/**   role=admin
        *  /カンリ     role=admin
        *  /keys       role=admin
        *  /café       role=admin
        *  /open/**    public  tolerate=encoded-slash,double-escape,compatibility-separator
        *  /**         authenticated

        """

    @Test(
        "What an upstream reads otherwise that normalizes by NFKC or trims blanks is refused, unless paths are exact",
        arguments: [
            ("/public/%ef%bc%8e%ef%bc%8e/admin", "compatibilityDots"), ("/public/%E2%80%A4./x", "compatibilityDots"),
            ("/public/%E2%80%A5/x", "compatibilityDots"), ("/public/%E2%80%A6", "compatibilityDots"),
            ("/public/%EF%B9%92", "compatibilityDots"), ("/public/..%C2%A0/x", "compatibilityDots"),
            ("/public/..%E2%80%8B/x", "compatibilityDots"), ("/public/..%C2%85/x", "compatibilityDots"),
            ("/public/%EF%BB%BF..", "compatibilityDots"), ("/public/..%EF%BC%8Fadmin", "compatibilityDots"),
            ("/public/x%EF%BC%BC..", "compatibilityDots"), ("/open/a%2F%EF%BC%8E", "compatibilityDots"),
            ("/open/%25EF%25BC%258E", "compatibilityDots"), ("/open/..%EF%BC%8Fx", "compatibilityDots"),
            ("/open/%EF%BC%852e", "compatibilityDots"),
            ("/%20", "blankSegment"), ("/admin/%20", "blankSegment"), ("/admin/%E3%80%80/x", "blankSegment"),
            ("/public/a%EF%BC%8Fb", "compatibilitySeparator"), ("/public/a%EF%BC%BCb", "compatibilitySeparator"),
            ("/public/a%EF%B9%A8b", "compatibilitySeparator"), ("/public/a%EF%BC%85b", "compatibilitySeparator"),
            ("/public/a%EF%B9%AAb", "compatibilitySeparator"), ("/public/a%EF%BC%9Bb", "compatibilitySeparator"),
            ("/public/a%EF%B9%94b", "compatibilitySeparator"), ("/public/a%CD%BEb", "compatibilitySeparator"),
            ("/public/a%EF%BC%9Fb", "compatibilitySeparator"), ("/public/a%EF%B9%96b", "compatibilitySeparator"),
            ("/public/a%E2%81%87b", "compatibilitySeparator"), ("/public/a%EF%BC%83b", "compatibilitySeparator"),
            ("/public/a%EF%B9%9Fb", "compatibilitySeparator"), ("/public/a%E2%84%80b", "compatibilitySeparator"),
            ("/public/%E2%84%85", "compatibilitySeparator"),
            ("/%20admin", "otherSpelling"), ("/admin%20", "otherSpelling"), ("/admin%20/", "otherSpelling"),
            ("/adm%EF%BD%89n", "otherSpelling"), ("/ADM%EF%BC%A9N/x", "otherSpelling"),
            ("/%C2%A0admin", "otherSpelling"),
            ("/admin%E2%80%A8", "otherSpelling"), ("/%EF%BB%BFadmin", "otherSpelling"),
            ("/%C2%85admin", "otherSpelling"),
            ("/adm%E2%81%B1n", "otherSpelling"), ("/ad%E2%85%BFin/x", "otherSpelling"),
            ("/caf%C3%A9%20", "otherSpelling"),
            ("/cafe%CC%81", "otherSpelling"), ("/%EF%BD%B6%EF%BE%9D%EF%BE%98", "otherSpelling"),
            ("/%E2%84%AAeys", "otherSpelling"),
            ("/publi%E2%85%BD", "otherSpelling"), ("/publi%E2%85%BD/x", "otherSpelling"),
        ])
    func refused(path: String, ambiguity: String) throws {
        #expect(try Table(Self.rules)["GET", path] == "400 \(ambiguity)")
        #expect(try Table("paths exact\n" + Self.rules)["GET", path].hasPrefix("line"))
    }

    @Test("A literal that a request spells in hundreds of octets is found")
    func long() throws {
        let table = try Table("* /\(String(repeating: "a", count: 200)) role=admin\n* /** public\n")
        let wide = String(repeating: "%EF%BD%81", count: 200)
        #expect(table["GET", "/\(wide)"] == "400 otherSpelling")
        #expect(table["GET", "/\(wide)%EF%BD%81"] == "line 2")
        let blanks = String(repeating: "%20", count: 300)
        #expect(table["GET", "/\(blanks)\(String(repeating: "a", count: 200))\(blanks)"] == "400 otherSpelling")
    }

    @Test(
        "What normalization leaves in the rules of its path passes",
        arguments: [
            "/public/%EF%BC%A1", "/public/%E6%9D%B1%E4%BA%AC", "/public/a%20b", "/public/a%C2%A0b",
            "/public/x%E2%80%A6",
            "/public/%20x", "/public/admin%20", "/%EF%BC%A1", "/a%CC%8Admin", "/open/a%EF%BC%8Fb", "/open/%EF%BC%9F",
            "/public/%C3%A9", "/public/e%CC%81", "/public/%F0%9F%98%80", "/public/%C2%BD", "/public/%E2%81%84",
        ])
    func passes(path: String) throws {
        #expect(try Table(Self.rules)["GET", path].hasPrefix("line"))
    }

    @Test("A rule whose name stands for an ASCII name is not evaded by that")
    func alias() throws {
        let table = try Table("* /\u{FF41}dmin role=admin\n* /** public\n* /%20x role=admin\n")
        for path in ["/admin", "/ADMIN", "/admin/", "/x", "/x%20"] {
            #expect(table["GET", path] == "400 otherSpelling")
        }
        #expect(table["GET", "/%EF%BD%81dmin"] == "line 1")
        #expect(table["GET", "/%20x"] == "line 3")
    }

    @Test(
        "A rule that no request could match is an error, unless paths are exact",
        arguments: [
            ("/a\u{FF0F}b", "no request can match: the path holds a character that becomes"),
            ("/\u{2025}/b", "no request can match: a segment of the path becomes dots"),
            ("/a/%20/b", "no request can match: a segment of the path consists of blanks"),
        ])
    func unreachable(path: String, message: String) throws {
        let rule = "GET \(path) public\n"
        #expect(errors(rule).contains { $0.contains(message) })
        _ = try Table("paths exact\n" + rule)
        _ = try Table(rule + "paths exact\n")
        if path.contains("\u{FF0F}") { _ = try Table("GET \(path) public tolerate=compatibility-separator\n") }
    }

    /// A path of one segment, beside a rule for what Foundation's NFKC makes of it.
    @Test("Every character of Unicode is what NFKC makes of it", arguments: 0..<17)
    func everyCharacter(plane: UInt32) throws {
        let plain = try Table("* /public role=admin\n* /** public\n")
        for value in plane << 16..<(plane + 1) << 16 {
            guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned,
                value >= 0xA0
            else { continue }
            let text = String(scalar)
            let normal = text.precomposedStringWithCompatibilityMapping
            if normal.unicodeScalars.elementsEqual(text.unicodeScalars) { continue }
            let expected = Self.decision(normal)
            let table =
                expected == "400 otherSpelling"
                ? try Table("* /x\(Self.escaped(normal)) role=a\n* /** public\n") : plain
            let decided = table["GET", "/x\(Self.escaped(text))"]
            #expect(decided == expected, "U+\(String(value, radix: 16))")
        }
    }

    private static func decision(_ normal: String) -> String {
        normal.unicodeScalars.contains { "/\\%;?#".unicodeScalars.contains($0) }
            ? "400 compatibilitySeparator" : "400 otherSpelling"
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
