import Routes
import Testing

@Suite struct LexicalTests {
    @Test("The file of the contract is read without an error")
    func sample() throws {
        let result = parse(
            """
            # routes.conf
            listen     127.0.0.1:8080
            admin      127.0.0.1:9901                       # health, readiness, metrics; never the public port
            upstream   app  http://127.0.0.1:3000

            tokens {
                key       HS256  env:ACCESS_TOKEN_SECRET
                issuer    https://gateway.example
                audience  legacy-app
            }

            blacklist  redis://127.0.0.1:6379

            # METHODS     PATH                   WHO                              TO
            GET           /health                public                           -> app
            *             /static/**             public                           -> app
            GET           /api/reports           role=admin|manager               -> app
            DELETE        /api/users/{id}        role=admin                       -> app
            *             /api/billing/**        role=admin scope=billing:write   -> app
            *             /internal/**           deny
            *             /**                    authenticated                    -> app

            expect  DELETE /api/users/7  as role=user        => 403
            expect  DELETE /api/users/7  as role=admin       => app
            expect  GET    /health       as anonymous        => app
            expect  GET    /api/profile  as anonymous        => 401
            """)
        let configuration = try #require(result.configuration)
        #expect(configuration.listeners == [Listener(host: "127.0.0.1", port: 8080, line: 2)])
        #expect(configuration.admin == Listener(host: "127.0.0.1", port: 9901, line: 3))
        #expect(configuration.upstreams == [Upstream(name: "app", host: "127.0.0.1", port: 3000, line: 4)])
        #expect(configuration.tokens?.keys.first?.source == .environment("ACCESS_TOKEN_SECRET"))
        #expect(configuration.tokens?.issuers == [Array("https://gateway.example".utf8)])
        #expect(configuration.blacklist == BlacklistSettings(host: "127.0.0.1", port: 6379, line: 12))
        #expect(configuration.rules.count == 7)
        #expect(configuration.rules[5].upstream == nil)
        #expect(
            configuration.rules[4].access
                == .conditions([
                    Condition(subject: .role, values: [Array("admin".utf8)]),
                    Condition(subject: .scope, values: [Array("billing:write".utf8)]),
                ]))
        #expect(configuration.expectations.map(\.result) == [.status(403), .upstream(0), .upstream(0), .status(401)])
    }

    @Test(
        "Lines end with LF or CRLF, and a backslash continues one",
        arguments: [
            "GET /a \\\n  public\n", "GET /a \\\r\n public\r\n", "GET /a\\\n\tpublic", "GET /a public # note \\\n",
            "\tGET\t/a\tpublic\t\r\n", "GET \\\n\\\n /a public",
        ])
    func lines(text: String) throws {
        let table = try Table(text)
        #expect(table.configuration.rules.count == 1)
        #expect(table.configuration.rules[0].pattern == "/a")
    }

    @Test("A number sign begins a comment only at the start of a word")
    func comments() throws {
        let table = try Table("GET /a role=a#b #role=c\n")
        #expect(
            table.configuration.rules[0].access
                == .conditions([
                    Condition(subject: .role, values: [Array("a#b".utf8)])
                ]))
    }

    @Test(
        "Quotes join what blanks and bars would part",
        arguments: [
            (#"role="super admin""#, ["super admin"]), (#""role=super admin|user""#, ["super admin", "user"]),
            (#"role="a\|b"|c"#, ["a|b", "c"]), (#"role="a\"b\\""#, [#"a"b\"#]), (#"role="a#b""#, ["a#b"]),
            (#"role="*"|"é""#, ["*", "é"]),
        ])
    func quotes(word: String, values: [String]) throws {
        let table = try Table("GET /a \(word)\n")
        #expect(
            table.configuration.rules[0].access
                == .conditions([
                    Condition(subject: .role, values: values.map { Array($0.utf8) })
                ]))
    }

    @Test(
        "Durations and sizes have units",
        arguments: [
            ("timeout=250ms", Duration.milliseconds(250), nil), ("timeout=5s", .seconds(5), nil),
            ("timeout=15m", .seconds(900), nil), ("timeout=24h", .seconds(86_400), nil),
            ("timeout=7d", .seconds(604_800), nil), ("max-body=64KB", nil, 65_536), ("max-body=10MB", nil, 10_485_760),
            ("max-body=2GB", nil, 2_147_483_648),
        ] as [(String, Duration?, Int?)])
    func quantities(option: String, timeout: Duration?, maxBody: Int?) throws {
        let options = try Table("GET /a public \(option)\n").configuration.rules[0].options
        #expect(options.timeout == timeout)
        #expect(options.maxBody == maxBody)
    }

    @Test(
        "What can't be read is an error at its place",
        arguments: [
            ("GET /a role=\"x\n", "1:13: the quote isn't closed"),
            ("GET /a role=\"\\x\"\n", "1:14: unknown escape in a quoted word; expected \\\", \\\\ or \\|"),
            ("log {\n", "1:1: the block \"log\" isn't closed"), ("}\n", "1:1: \"}\" closes no block"),
            ("} x\n", "1:1: \"}\" must stand alone on its line"), ("{\n}\n", "1:1: a block needs a name before \"{\""),
            ("GET /a public \\", "1:14: the file ends where \"\\\" continues the line"),
            ("GET /a\u{0} public\n", "1:7: a NUL byte can't stand in the file"),
            ("GET /é\u{1B} public\n", "1:7: a control character can't stand in the file"),
            ("GET /a timeout=5 public\n", "1:8: expected a duration such as 250ms, 5s, 15m, 24h or 7d"),
            ("GET /a timeout=99999999999999999999d public\n", "1:8: the duration is too long; at most 36500d"),
            ("GET /a timeout=9999999999999d public\n", "1:8: the duration is too long; at most 36500d"),
            ("GET /a timeout=0s public\n", "1:8: the duration must be longer than zero"),
            ("GET /a timeout=-5s public\n", "1:8: expected a duration such as 250ms, 5s, 15m, 24h or 7d"),
            ("GET /a max-body=10 public\n", "1:8: expected a size such as 64KB or 10MB"),
            ("GET /a max-body=99999999999GB public\n", "1:8: the size is too large"),
        ])
    func faults(text: String, error: String) {
        #expect(errors(text).first == error)
    }

    @Test(
        "Bytes that aren't UTF-8 are an error",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xC3], [0xF5, 0x80, 0x80, 0x80], [0xE0, 0x80, 0x80],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        let result = Configuration.parse(Array("listen [::1]:80\nlog ".utf8) + bytes, file: "f")
        #expect(result.configuration == nil)
        #expect(result.errors.first?.message == "invalid UTF-8")
        #expect(result.errors.first?.line == 2)
    }

    @Test("A byte order mark is an error")
    func byteOrderMark() {
        #expect(
            parse("\u{FEFF}listen 127.0.0.1:80\n").errors.first?.message == "the file starts with a byte order mark")
    }

    @Test("Blocks don't nest, and the rest of the file is still read")
    func nesting() {
        #expect(
            errors("limits {\nfoo {\nbar\n}\n}\nGET\n") == [
                "2:1: a block can't stand in the block \"limits\"", "6:4: expected a path after the methods",
            ])
    }
}
