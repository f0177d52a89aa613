import Routes
import Testing

@Suite struct SettingsTests {
    private func configuration(_ text: String) throws -> Configuration {
        let result = parse("listen 127.0.0.1:0\nupstream app http://app.internal\n" + text)
        let errors = result.errors.map { $0.rendered() }.joined(separator: "\n")
        return try #require(result.configuration, "\(errors)")
    }

    @Test("Addresses are IPv4, IPv6 in brackets, or names; port 0 lets the kernel choose")
    func addresses() throws {
        let configuration = try configuration(
            "listen [::1]:8080\nlisten localhost:1\nupstream b http://[fd00::1]:81/\n")
        #expect(configuration.listeners.map(\.host) == ["127.0.0.1", "::1", "localhost"])
        #expect(configuration.listeners.map(\.port) == [0, 8080, 1])
        #expect(configuration.upstreams.map(\.port) == [80, 81])
        #expect(configuration.upstreams[1].host == "fd00::1")
    }

    @Test("Every setting of tokens is read")
    func tokens() throws {
        let tokens = try #require(
            try configuration(
                """
                tokens {
                    key HS256 env:OLD kid=2023 encoding=hex
                    key EdDSA file:keys/new.pem
                    issuer https://a
                    issuer https://b
                    audience x
                    leeway 0s
                    max-lifetime 24h
                    subject userId
                    role realm_access.roles
                    scope scp
                    email mail
                    invalid-token-status 403
                }
                """
            ).tokens)
        #expect(
            tokens.keys == [
                KeySettings(
                    algorithm: .HS256, source: .environment("OLD"), kid: Array("2023".utf8), encoding: .hex, line: 4),
                KeySettings(algorithm: .EdDSA, source: .file("keys/new.pem"), line: 5),
            ])
        #expect(tokens.issuers == [Array("https://a".utf8), Array("https://b".utf8)])
        #expect(tokens.leeway == .zero)
        #expect(tokens.maxLifetime == .seconds(86_400))
        #expect(tokens.subjectClaim == Array("userId".utf8))
        #expect(tokens.roleClaim == Array("realm_access.roles".utf8))
        #expect(tokens.invalidTokenStatus == .forbidden)
    }

    @Test("What isn't said has the contract's default")
    func defaults() throws {
        let configuration = try configuration("tokens {\nkey HS256 env:S\n}\nblacklist redis://h\n")
        #expect(configuration.tokens?.leeway == .seconds(5))
        #expect(configuration.tokens?.subjectClaim == Array("sub".utf8))
        #expect(configuration.blacklist?.port == 6379)
        #expect(configuration.blacklist?.mode == .copy)
        #expect(configuration.blacklist?.prefix == Array("blacklist:".utf8))
        #expect(configuration.blacklist?.deadline == .milliseconds(250))
        #expect(configuration.blacklist?.onFailure == .refuse)
        #expect(configuration.identity == .standard)
        #expect(configuration.log == LogSettings())
        #expect(configuration.limits == Limits())
        #expect(!configuration.pathsExact)
    }

    @Test("Every setting of the blacklist is read")
    func blacklist() throws {
        let blacklist = try configuration(
            """
            blacklist redis://[::1]:6380/3 {
                mode ask
                prefix "logged out:"
                deadline 1s
                on-failure last-known 60s
                user gateway
                password file:redis.secret
            }
            """
        ).blacklist
        var expected = BlacklistSettings(host: "::1", port: 6380, database: 3, line: 3)
        expected.mode = .ask
        expected.prefix = Array("logged out:".utf8)
        expected.deadline = .seconds(1)
        expected.onFailure = .lastKnown(.seconds(60))
        expected.user = "gateway"
        expected.password = .file("redis.secret")
        #expect(blacklist == expected)
    }

    @Test("Identity headers name claims as tokens names them, or a secret")
    func identity() throws {
        let text = """
            identity {
                header X-User userId
                header X-Roles role
                header X-Tenant tenant.id
                header X-Gateway-Secret env:SECRET
            }
            tokens {
                key HS256 env:S
                subject userId
            }
            """
        #expect(
            try configuration(text).identity.headers == [
                IdentityHeader(name: "X-User", value: .subject), IdentityHeader(name: "X-Roles", value: .role),
                IdentityHeader(name: "X-Tenant", value: .claim(Array("tenant.id".utf8))),
                IdentityHeader(name: "X-Gateway-Secret", value: .secret(.environment("SECRET"))),
            ])
    }

    @Test("Limits on how many there may be are read; there are none by address, and those in all depend on the system")
    func counts() throws {
        let none = try configuration("limits {\nmax-fields 50\n}\n").limits
        #expect(none.maxConnections == nil && none.maxConnectionsPerAddress == nil)
        #expect(none.maxRequests == nil && none.maxRequestsPerAddress == nil && none.minRate == 256)
        let limits = try configuration(
            """
            limits {
                max-connections 20000
                max-connections-per-address 200
                max-requests 5000
                max-requests-per-address 100
                min-rate 0
            }
            """
        ).limits
        #expect(limits.maxConnections == 20_000 && limits.maxConnectionsPerAddress == 200)
        #expect(limits.maxRequests == 5000 && limits.maxRequestsPerAddress == 100 && limits.minRate == 0)
        for name in ["max-connections", "max-requests", "max-requests-per-address", "max-connections-per-address"] {
            for value in ["0", "-1", "1000001", "10KB", "many"] {
                #expect(errors("limits {\n\(name) \(value)\n}\n").count == 1, "\(name) \(value)")
            }
        }
    }

    @Test("Log and limits are read")
    func others() throws {
        let configuration = try configuration(
            "log \"access log\" text\nlimits {\nidle-timeout 5s\nmax-head 64KB\nmax-fields 50\n}\n")
        #expect(configuration.log.destination == .file("access log"))
        #expect(configuration.log.format == .text)
        #expect(configuration.limits.idleTimeout == .seconds(5))
        #expect(configuration.limits.maxHead == 65_536)
        #expect(configuration.limits.maxFields == 50)
    }

    @Test(
        "A faulty setting is an error that says what was expected",
        arguments: [
            ("listen 127.0.0.1:65536\n", "expected a port from 0 to 65535 after the host"),
            ("listen ::1:80\n", "an IPv6 address stands in brackets"),
            ("listen\n", "expected an address: HOST:PORT, such as 127.0.0.1:8080"),
            ("listen 127.0.0.1:8080\n", "line 1 listens at this address already"),
            ("upstream app http://h\n", "line 2 names an upstream \"app\" already"),
            (
                "upstream 1 http://h\n",
                "expected a name for the upstream: a letter, then letters, digits, \"-\" or \"_\""
            ),
            ("upstream b http://h/path?x\n", "an upstream's URL has no query and no fragment"),
            ("upstream b http://h:0\n", "expected a port from 1 to 65535 after the host"),
            ("tokens {\n}\n", "\"tokens\" stands in line 3 already, and may stand once"),
            ("blacklist redis://h\n", "\"blacklist\" stands in line 8 already, and may stand once"),
            ("paths extact\n", "unknown word \"extact\"; expected \"exact\""),
            ("log stdout xml\n", "unknown format \"xml\"; expected json or text"),
            ("limits {\nmax-head 1GB\n}\n", "expected a size from 1024 to 1048576 bytes"),
            ("limits {\nmax-fields 0\n}\n", "expected a number from 8 to 1000"),
            ("limits {\nmax-head 2KB\nmax-head 3KB\n}\n", "\"max-head\" stands in line 10 already, and may stand once"),
            (
                "identity {\nheader Content-Length sub\n}\n",
                "\"Content-Length\" belongs to HTTP itself and can't carry an identity"
            ),
            ("identity {\nheader X_User sub\n}\n", "expected the name of a header: letters, digits and hyphens"),
            ("accounts {\nrate login=10\n}\n", "expected a rate such as 10/m: a number, \"/\", and s, m, h or d"),
            (
                "accounts {\nrate logon=10/m\n}\n",
                "expected a rate of login, register, refresh or password, such as login=10/m"
            ),
            (
                "accounts {\nprefix auth\n}\n",
                "expected the prefix of the accounts, which starts with \"/\", such as /legacy"
            ),
            ("accounts {\nbcrypt-cost 15\n}\n", "expected a number from 4 to 14"),
            ("accounts {\nregistration shut\n}\n", "unknown word \"shut\"; expected open or closed"),
            ("accounts {\nabsolute-life 1d\n}\n", "\"absolute-life\" is shorter than \"refresh-life\""),
            ("accounts {\n}\nGET /auth/x public\n", "paths below /auth belong to the \"accounts\" of line 9"),
            ("cors {\n}\n", "\"cors\" names no origins"),
            ("cors {\norigins *\n}\n", "\"*\" would let every site act for whoever is logged in"),
            ("cors {\norigins app.example\n}\n", "expected an origin such as https://app.example"),
            (
                "cors {\norigins https://app.example/\n}\n",
                "an origin is a scheme, a host in lower case and perhaps a port"
            ),
            ("cors {\norigins https://app.example:443\n}\n", "browsers leave out the port 443 of https"),
            ("GET /a public rate=1\n", "expected a rate such as 10/m: a number, \"/\", and s, m, h or d"),
            ("GET,CONNECT /a public\n", "CONNECT can't be routed: the gateway answers it with 405 everywhere"),
            ("GET,*,POST /a public\n", "\"*\" stands for every method; it can't be joined with names"),
            ("GET,,POST /a public\n", "expected methods joined by commas without blanks, such as GET,POST"),
            ("GET /a/** /b public\n", "unknown word \"/b\"; expected WHO, an option or \"->\" with an upstream"),
            ("GET /**/a public\n", "\"**\" can only be the last segment of a path"),
            ("GET /a* public\n", "\"*\" doesn't stand for a part of a path"),
            ("GET /a{b} public\n", "expected {name}, alone between two slashes, where a segment may vary"),
            ("GET /a?b public\n", "a rule's path has no query and no fragment: \"?\" can't stand in it"),
            (
                "GET /a/../b public\n",
                "no request can match: a segment of the path consists of dots, or of dots and blanks"
            ),
            ("GET /a//b public\n", "no request can match: the path holds an empty segment, which is refused"),
            ("GET /a%2fb public\n", "no request can match: the path holds an encoded slash, which is refused"),
            ("GET /%4 public\n", "no request can match: a percent sign isn't followed by two hexadecimal digits"),
            ("GET /a public deny\n", "a rule has one WHO; \"public\" is said already"),
            ("GET /a public role=x\n", "a condition can't stand beside \"public\""),
            ("GET /a role=\n", "expected values joined by \"|\" after \"role=\""),
            ("GET /a role=a||b\n", "expected values joined by \"|\" after \"role=\""),
            ("GET /a public timeout=1s timeout=2s\n", "\"timeout\" stands twice in this rule"),
            ("GET /a public tolerate=dots\n", "\"dots\" can't be tolerated"),
            ("GET /a public ->\n", "expected the name of an upstream after \"->\""),
            ("GET /a public -> app x\n", "\"x\" is too much here: the upstream ends a rule"),
            ("upstream b http://h\nGET /a public\n", "expected \"->\" and one of the upstreams app, b"),
        ])
    func faults(text: String, message: String) {
        #expect(parse(preamble + text).errors.first?.message == message)
    }

    @Test("Two keys of one kid are an error, at the later")
    func kids() {
        let result = parse("listen h:1\ntokens {\nkey HS256 env:A kid=1\nkey RS256 file:b kid=1\n}\n")
        #expect(result.errors.map(\.message) == ["the key in line 3 has the same kid"])
    }

    @Test("Trailers are dropped unless a rule says otherwise")
    func trailers() throws {
        let rules = try Table("GET /a public trailers\nGET /b public\n").configuration.rules
        #expect(rules.map(\.options.passTrailers) == [true, false])
        #expect(errors("GET /a public trailers trailers\n") == ["1:24: \"trailers\" stands twice in this rule"])
        #expect(errors("GET /a public trailers=yes\n") == ["1:15: unknown condition or option \"trailers\""])
    }

    @Test("Options and WHO stand in any order before the arrow")
    func order() throws {
        let rules = try Table("GET /a timeout=5s role=x pass-token sub=y max-body=1KB -> app\n").configuration.rules
        #expect(rules[0].options.passToken)
        #expect(rules[0].options.timeout == .seconds(5))
        #expect(
            rules[0].access
                == .conditions([
                    Condition(subject: .role, values: [Array("x".utf8)]),
                    Condition(subject: .subject, values: [Array("y".utf8)]),
                ]))
    }

    @Test(
        "Expectations say whose request is answered how",
        arguments: [
            ("anonymous => 401", Routes.Expectation.Whom.anonymous, Routes.Expectation.Result.status(401)),
            ("authenticated => app", .authenticated, .upstream(0)),
            ("anonymous => token_missing", .anonymous, .code(.tokenMissing)),
            (
                "role=a|b claim.x.y=1 => 403",
                .conditions([
                    Condition(subject: .role, values: [Array("a".utf8), Array("b".utf8)]),
                    Condition(subject: .claim(Array("x.y".utf8)), values: [Array("1".utf8)]),
                ]), .status(403)
            ),
        ])
    func expectations(text: String, whom: Routes.Expectation.Whom, result: Routes.Expectation.Result) throws {
        let table = try Table("GET /a authenticated\nexpect GET /a?b as \(text)\n")
        let expectation = try #require(table.configuration.expectations.first)
        #expect(expectation.method == "GET")
        #expect(expectation.path == Array("/a?b".utf8))
        #expect(expectation.whom == whom)
        #expect(expectation.result == result)
        #expect(expectation.line == 10)
    }

    @Test("Every refusal has a status, a title and a name in small letters", arguments: RefusalCode.allCases)
    func codes(code: RefusalCode) {
        #expect(400...505 ~= code.status)
        #expect(!code.title.isEmpty)
        #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "_" })
    }
}
