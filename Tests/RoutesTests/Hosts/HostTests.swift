import Routes
import Testing

@Suite struct HostTests {
    private static let shop = """
        GET /health public
        *   /internal/** deny
        host shop.example WWW.shop.example {
            *    /**        authenticated
            GET  /products  public
            *    /health    role=ops
        }
        host *.shop.example {
            * /** role=tenant
        }
        * /** role=admin host=[::1]|10.0.0.7

        """

    @Test(
        "A request is decided by the rules of its host and those of all hosts",
        arguments: [
            ("shop.example", "/products", "line 5"), ("www.shop.example", "/products", "line 5"),
            ("SHOP.Example", "/products", "line 5"), ("shop.example:8443", "/products", "line 5"),
            ("shop.example", "/internal/x", "line 2"), ("shop.example", "/other", "line 4"),
            ("blue.shop.example", "/products", "line 9"), ("Blue.Shop.Example:80", "/products", "line 9"),
            ("blue.shop.example", "/internal/x", "line 2"), ("blue.shop.example", "/health", "line 1"),
            ("[::1]", "/x", "line 11"), ("[::1]:8080", "/x", "line 11"), ("10.0.0.7", "/x", "line 11"),
            ("10.0.0.7:8080", "/health", "line 1"),
        ])
    func hosts(host: String, path: String, answer: String) throws {
        #expect(try Table(Self.shop)["GET", path, host: host] == answer)
    }

    @Test(
        "A host that nothing is for is refused, whatever it asks",
        arguments: [
            "other.example", "example", "", "shop.example.", "www.shop.example.:80", "a.b.shop.example",
            ".shop.example",
            "xshop.example", "shop.examplex", "shop", "[::2]", "[0::1]", "10.0.0.8", "shop.example.evil.example",
        ])
    func unknown(host: String) throws {
        let table = try Table(Self.shop)
        for path in ["/health", "/products", "/internal/x", "/"] { #expect(table["GET", path, host: host] == "421") }
        #expect(table["TRACE", "/health", host: host] == "421")
        // What is no path is refused as that first.
        #expect(table["GET", "/a/../b", host: host].hasPrefix("400"))
    }

    @Test("With equal paths the host's rule comes before that of all hosts, whatever its methods")
    func precedence() throws {
        let table = try Table(
            "GET /a public\nHEAD /a deny\n* /a host=x.example role=admin\nPOST /b host=x.example public\n* /b deny\n")
        #expect(table["GET", "/a", host: "x.example"] == "line 3")
        #expect(table["HEAD", "/a", host: "x.example"] == "line 3")
        #expect(table["POST", "/b", host: "x.example"] == "line 4")
        #expect(table["GET", "/b", host: "x.example"] == "line 5")
    }

    @Test("* is for every host that nothing else is for, with or without a name")
    func anyHost() throws {
        let table = try Table("host a.example {\n* /** deny\n}\nhost * {\nGET /health public\n}\n")
        #expect(table["GET", "/health", host: "b.example"] == "line 5")
        #expect(table["GET", "/health", host: ""] == "line 5")
        #expect(table["GET", "/health", host: "a.example"] == "line 2")
        // Another spelling of a name that stands in the file must not get the rules of others.
        #expect(table["GET", "/health", host: "a.example."] == "421")
        #expect(table["GET", "/x", host: "b.example"] == "404")
    }

    @Test("A block without rules makes a host known, whose rules are those of all")
    func emptyBlock() throws {
        let table = try Table("GET /health public\nhost a.example {\n}\n")
        #expect(table["GET", "/health", host: "a.example"] == "line 1")
        #expect(table["GET", "/health", host: "b.example"] == "421")
    }

    @Test("A file without hosts is for any")
    func noHosts() throws {
        let table = try Table("GET /health public\n")
        for host in ["", "a.example", "a.example.", "[::1]"] {
            #expect(table["GET", "/health", host: host] == "line 1")
        }
    }

    @Test("A thousand hosts are told apart by one look-up")
    func many() throws {
        let blocks = (0..<1000).map { "host h\($0).example {\nGET /a/{id} public\n* /** deny\n}\n" }.joined()
        let table = try Table("GET /health public\n" + blocks)
        for number in 0..<1000 { #expect(table["GET", "/a/7", host: "h\(number).example"] == "line \(number * 4 + 3)") }
        #expect(table["GET", "/a/7", host: "h1000.example"] == "421")
    }

    @Test(
        "What is no host is an error with what to write instead",
        arguments: [
            ("shop.example.", #""shop.example." is no host: it has an empty label"#, "write shop.example"),
            ("*.shop.example.", #""*.shop.example." is no host: it has an empty label"#, "write *.shop.example"),
            ("http://shop.example", "expected a host alone, without scheme, port and path", nil),
            ("shop.example:80", "expected a host alone, without scheme, port and path", nil),
            (
                "::1", "expected a host alone, without scheme, port and path",
                "an IPv6 address stands in brackets: [::1]"
            ),
            ("[::01]", "clients write this address otherwise (RFC 5952)", "write [::1]"),
            ("[::g]", "expected an IPv6 address in brackets, such as [::1]", nil),
            ("bücher.example", "a host has no letters but those of ASCII", "write the name as requests have it: xn--…"),
            (
                "a.*.example", #""a.*.example" is no host: labels have letters, digits, "-" and "_""#,
                #""*" stands for the first label, as in *.example.com, or alone for every other host"#
            ),
            ("a..b", #""a..b" is no host: it has an empty label"#, nil),
        ] as [(String, String, String?)])
    func invalid(host: String, message: String, hint: String?) {
        for text in ["host \(host) {\nGET /a public\n}\n", "GET /a public host=\(host)\n"] {
            let errors = parse(preamble + text).errors
            #expect(errors.map(\.message) == [message])
            #expect(errors.map(\.hint) == [hint])
        }
    }

    @Test("What can't stand in a host's block, or twice, is an error")
    func structure() {
        #expect(errors("host {\n}\n") == ["1:5: expected the name of a host, such as shop.example.com"])
        #expect(errors("host a.example\n") == [#"1:15: expected "{": "host" is a block of rules"#])
        #expect(errors("host a b a {\n}\n") == [#"1:10: "a" stands twice in this line"#])
        #expect(errors("GET /a public host=a|A\n") == [#"1:15: "A" stands twice in this rule"#])
        #expect(errors("host a {\nGET /a public host=b\n}\n") == ["2:15: the block says already whose this rule is"])
        #expect(errors("host a {\nlog off\n}\n") == ["2:1: a host's block holds rules and expectations only"])
        #expect(
            errors("host a {\nexpect GET http://b/x as anonymous => 404\n}\n")
                == ["2:12: the block says already which host is asked"])
    }

    @Test("Rules of one host conflict, wherever they stand; those of different hosts don't")
    func conflicts() {
        #expect(errors("host a {\nGET /x public\n}\nhost b {\nGET /x deny\n}\nGET /x deny\n") == [])
        #expect(
            errors("host a b {\nGET /x public\n}\nGET /x deny host=c|B\n")
                == ["4:5: conflict: line 10 already decides GET for this path at the host b"])
    }

    @Test("Expectations are about the host of their block, the one they name, or every host of the file")
    func expectations() throws {
        let file = """
            host a.example *.b.example {
            GET /x public
            expect GET /x as anonymous => app
            }
            host any.b.example {
            }
            host * {
            }
            expect GET /x as anonymous => 404
            expect GET http://a.example:80/x?q as anonymous => app

            """
        let expectations = try Table(file).configuration.expectations
        #expect(
            expectations.map(\.hosts) == [
                ["a.example", "any-1.b.example"], ["a.example", "any-1.b.example", "any.b.example", "any"],
                ["a.example:80"],
            ])
        #expect(expectations.map { String(decoding: $0.path, as: UTF8.self) } == ["/x", "/x", "/x?q"])
        #expect(
            try Table("GET /x public\nexpect GET /x as anonymous => app\n").configuration.expectations[0].hosts == [])
    }
}
