internal import Testing

extension GatewayConfiguration {
    fileprivate static let ambiguity = GatewayConfiguration(
        routes: """
            *    /public/**      public
            *    /admin/**       role=admin
            *    /**             authenticated
            """)
}

/// A bare 400 makes operators turn the check off: the client is told what is ambiguous, and so is the log.
@Suite("An ambiguous path is explained", .stage(.ambiguity))
struct AmbiguityWireTests {
    let stage: Stage

    private static let otherSpelling =
        "the same path has other rules with or without its trailing slash, in other case, with Unicode normalized (NFKC), "
        + "or with blanks trimmed"

    init() throws { stage = try Stage.current }

    @Test(
        "In the answer and in the log, each with its own words",
        arguments: [
            ("/public/a\"b", "the path holds a byte that must be percent-encoded"),
            ("/public/%zz", "a percent sign isn't followed by two hexadecimal digits"),
            ("/public/%00", "the path holds an encoded control character"),
            ("/public/%ff", "the decoded path isn't valid UTF-8"),
            ("/public/../admin", "a segment of the path consists of dots, or of dots and blanks"),
            ("/public/%2541", "the path is percent-encoded twice"),
            ("/public/a%2fb", "the path holds an encoded slash"),
            ("/public/a%5cb", "the path holds an encoded backslash"),
            ("/public/a;b", "the path holds a semicolon"),
            ("/public//x", "the path holds an empty segment"),
            ("/public/%EF%BC%8E", "a segment of the path becomes dots when Unicode is normalized (NFKC)"),
            ("/public/%C2%A0", "a segment of the path consists of blanks"),
            (
                "/public/a%EF%BC%9F",
                "the path holds a character that becomes /, a backslash, %, ;, ? or # when Unicode is normalized (NFKC)"
            ),
            ("/ADMIN/x", Self.otherSpelling), ("/%20admin", Self.otherSpelling),
        ])
    func explained(target: String, reason: String) throws {
        let problem = try stage.send("GET \(target) HTTP/1.1\r\nHost: gateway.test\r\n\r\n").problem()
        #expect(problem.code == "target_ambiguous" && problem.status == 400)
        #expect(problem.error == reason)
        let line = try #require(try stage.gateway.logLines { $0.members.request_id == problem.request_id }.first)
        #expect(line.members.code == "target_ambiguous" && line.members.status == 400)
        #expect(line.text.contains("\"detail\":\"\(reason)\""))
    }
}
