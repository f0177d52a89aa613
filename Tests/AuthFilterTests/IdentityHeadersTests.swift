import AuthFilter
import Routes
import Testing

struct IdentityHeadersTests {
    private func render(
        _ members: String?, access: Access = .optional, _ headers: [IdentityHeader]? = nil, secrets: [HeaderSecret] = []
    ) throws -> String? {
        let settings = headers.map { IdentitySettings(headers: $0) } ?? .standard
        let identity = try IdentityHeaders(settings, secrets: secrets)
        let token = try members.map { try TestBench().token($0) }
        guard case .permitted(let permit) = Authorizer.authorize(access: access, route: RouteID(index: 0), token: token)
        else {
            return nil
        }
        return text(identity.render(for: permit))
    }

    private func value(_ claim: String) throws -> String? {
        let header = IdentityHeader(name: "X", value: .claim(bytes("c")))
        let line = try render("\"c\":\(claim)", [header])
        guard let line, line.hasPrefix("X: "), line.hasSuffix("\r\n") else { return line == "" ? nil : "?" }
        return String(decoding: Array(line.utf8).dropFirst(3).dropLast(2), as: UTF8.self)
    }

    @Test func theDefaultHeadersNameTheUser() throws {
        let members = "\"sub\":\"u-1\",\"email\":\"a@b.example\",\"role\":[\"admin\",\"user\"]"
        #expect(try render(members) == "X-User-Id: u-1\r\nX-User-Email: a@b.example\r\nX-User-Role: admin,user\r\n")
    }

    @Test func anAbsentClaimGivesNoHeader() throws {
        #expect(try render("\"sub\":\"u-1\"") == "X-User-Id: u-1\r\n")
        #expect(try render("") == "")
    }

    @Test func nobodyGivesNoHeader() throws {
        #expect(try render(nil) == "")
        #expect(try render("\"sub\":\"u-1\"", access: .public) == "")
    }

    @Test(arguments: [
        ("\"plain\"", "plain"), ("\"a b\"", "a b"), ("\"a,b\"", "a,b"), ("\"100%\"", "100%25"), ("\"%41\"", "%2541"),
        ("\"~!\"", "~!"),
        ("\"\\r\\nX-User-Role: admin\"", "%0D%0AX-User-Role: admin"), ("\"\\u0000\"", "%00"), ("\"\\u007f\"", "%7F"),
        ("\"\\t\"", "%09"),
        ("\"\u{e9}\"", "%C3%A9"), ("\"\\ud83d\\ude00\"", "%F0%9F%98%80"), ("\"\\u20ac\"", "%E2%82%AC"),
        ("\" a \"", "%20a%20"), ("\" \"", "%20"),
        ("\"  a b  \"", "%20 a b %20"), ("7", "7"), ("-12345678901234567890", "-12345678901234567890"),
        ("true", "true"), ("false", "false"),
    ])
    func valuesArePrintableAndCanBeDecoded(_ claim: String, _ expected: String) throws {
        #expect(try value(claim) == expected)
    }

    /// Long values are looked at eight bytes at a time.
    @Test(arguments: [
        ("\\u007f", "%7F"), ("\u{7F}", "%7F"), ("%", "%25"), ("\u{e9}", "%C3%A9"), ("\\n", "%0A"), (" ", " "),
        (",", ","), ("~", "~"),
    ])
    func everyPlaceOfALongValueIsLookedAt(_ claim: String, _ expected: String) throws {
        for place in 1..<20 {
            let (before, after) = (String(repeating: "a", count: place), String(repeating: "b", count: 20 - place))
            #expect(try value("\"\(before)\(claim)\(after)\"") == "\(before)\(expected)\(after)")
        }
    }

    @Test(arguments: ["null", "{}", "{\"a\":1}", "1.5", "1e3", "\"\"", "[]", "[null]", "[{},[\"a\"],1.5]"])
    func whatHasNoOneSpellingGivesNoHeader(_ claim: String) throws {
        #expect(try value(claim) == nil)
    }

    @Test(arguments: [
        ("[\"a\",\"b\"]", "a,b"), ("[\"a,b\",\"c\"]", "a%2Cb,c"), ("[1,true,\"x\"]", "1,true,x"),
        ("[\"a\",null,\"b\"]", "a,b"), ("[\" a\",\"b \"]", "%20a,b%20"),
        ("[null,\"a\"]", "a"), ("[\"a\",[\"b\"],{\"c\":1},\"d\"]", "a,d"), ("[\"\u{e9}\",\"%\"]", "%C3%A9,%25"),
    ])
    func anArrayIsAListWhoseElementsStayApart(_ claim: String, _ expected: String) throws {
        #expect(try value(claim) == expected)
    }

    /// The application splits the roles at commas, so one role must not become two.
    @Test func aCommaInAScalarRoleIsEncoded() throws {
        #expect(try render("\"role\":\"user,admin\"") == "X-User-Role: user%2Cadmin\r\n")
    }

    @Test func anIdentityBlockReplacesTheHeaders() throws {
        let headers = [
            IdentityHeader(name: "X-Account", value: .subject), IdentityHeader(name: "X-Mail", value: .email),
            IdentityHeader(name: "X-Roles", value: .role), IdentityHeader(name: "X-Scopes", value: .scope),
            IdentityHeader(name: "X-Plan", value: .claim(bytes("app.plan"))),
        ]
        let members = "\"sub\":9,\"email\":\"m\",\"role\":\"r\",\"scope\":\"a b\",\"app\":{\"plan\":\"pro\"}"
        #expect(
            try render(members, headers)
                == "X-Account: 9\r\nX-Mail: m\r\nX-Roles: r\r\nX-Scopes: a b\r\nX-Plan: pro\r\n")
    }

    @Test func theDefaultNamesAreAlwaysStripped() throws {
        let headers = [
            IdentityHeader(name: "X-Account", value: .subject), IdentityHeader(name: "X-User-Id", value: .subject),
            IdentityHeader(name: "X-Account", value: .email),
        ]
        let names = try IdentityHeaders(IdentitySettings(headers: headers), secrets: []).strippedNames
        #expect(names == ["X-User-Id", "X-User-Email", "X-User-Role", "X-Account"])
        let none = try IdentityHeaders(IdentitySettings(headers: []), secrets: []).strippedNames
        #expect(none == IdentitySettings.defaultNames)
    }

    // MARK: Secrets

    private let secretHeader = IdentityHeader(name: "X-Gateway-Secret", value: .secret(.environment("S")))

    @Test func aFixedSecretIsSentOnPublicRoutesToo() throws {
        let secret = HeaderSecret(source: .environment("S"), bytes: bytes(" s3cr%t, t \n"))
        #expect(
            try render(nil, access: .public, [secretHeader], secrets: [secret]) == "X-Gateway-Secret: s3cr%t, t\r\n")
        #expect(try render("\"sub\":\"u\"", [secretHeader], secrets: [secret]) == "X-Gateway-Secret: s3cr%t, t\r\n")
    }

    @Test(arguments: [
        ("", IdentityError.secretEmpty(header: "X-Gateway-Secret")), ("\n", .secretEmpty(header: "X-Gateway-Secret")),
        ("a\r\nb", .secretNotPrintable(header: "X-Gateway-Secret")),
        ("a\tb", .secretNotPrintable(header: "X-Gateway-Secret")),
        ("caf\u{e9}", .secretNotPrintable(header: "X-Gateway-Secret")),
        ("a\0", .secretNotPrintable(header: "X-Gateway-Secret")),
    ])
    func aSecretIsPrintable(_ content: String, _ error: IdentityError) {
        let secret = HeaderSecret(source: .environment("S"), bytes: bytes(content))
        #expect(throws: error) { try IdentityHeaders(IdentitySettings(headers: [secretHeader]), secrets: [secret]) }
    }

    @Test func aSecretThatWasNotReadIsAnError() {
        let other = HeaderSecret(source: .file("S"), bytes: bytes("x"))
        #expect(throws: IdentityError.secretMissing(header: "X-Gateway-Secret")) {
            try IdentityHeaders(IdentitySettings(headers: [secretHeader]), secrets: [other])
        }
    }

    @Test func aSecretIsUnprintableByType() {
        let secret = HeaderSecret(source: .environment("S"), bytes: bytes("hunter2"))
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("hunter2"))
        #expect(!dumped.contains("104"))
    }
}
