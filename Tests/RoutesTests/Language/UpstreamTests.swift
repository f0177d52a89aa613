import Routes
import Testing

@Suite struct UpstreamTests {
    private func upstream(_ text: String) throws -> Upstream {
        let result = parse("listen [::1]:1\n" + text)
        let errors = result.errors.map { $0.rendered() }.joined(separator: "\n")
        return try #require(result.configuration, "\(errors)").upstreams[0]
    }

    @Test("One line names a server, with a base path where one is written")
    func line() throws {
        #expect(
            try upstream("upstream app http://127.0.0.1:3000/base/v1\n")
                == Upstream(
                    name: "app", servers: [Upstream.Server(host: "127.0.0.1", port: 3000, line: 2)],
                    basePath: "/base/v1", line: 2))
        for root in ["http://[::1]", "http://[::1]/", "HTTP://[::1]:80"] {
            #expect(
                try upstream("upstream app \(root)\n") == Upstream(name: "app", host: "::1", port: 80, line: 2))
        }
    }

    @Test("A block names several servers, the Host and what is removed from paths")
    func block() throws {
        let text = """
            upstream app {
                server        http://127.0.0.1:3000/base
                server        http://127.0.0.1:3001/base
                host          app.example:8080
                strip-prefix  /legacy/v1
            }
            """
        let expected = Upstream(
            name: "app",
            servers: [
                Upstream.Server(host: "127.0.0.1", port: 3000, line: 3),
                Upstream.Server(host: "127.0.0.1", port: 3001, line: 4),
            ], basePath: "/base", hostPolicy: .set("app.example:8080"), stripPrefix: "/legacy/v1", line: 2)
        #expect(try upstream(text) == expected)
        #expect(expected.host == "127.0.0.1")
        #expect(expected.port == 3000)
        #expect(expected.strippedSegments == 2)
    }

    @Test("A URL and a block go together; Host is kept unless the block says otherwise")
    func both() throws {
        let upstream = try upstream("upstream app http://a {\nserver http://b\nhost keep\n}\n")
        #expect(upstream.servers.map(\.host) == ["a", "b"])
        #expect(upstream.hostPolicy == .keep)
        #expect(upstream.stripPrefix == nil)
        #expect(upstream.strippedSegments == 0)
    }

    @Test("Which server a request goes to, and when one is taken out of turn")
    func choice() throws {
        let plain = try upstream("upstream app http://a\n")
        #expect(plain.balance == .roundRobin)
        #expect(plain.ejection?.failures == 5 && plain.ejection?.duration == .seconds(10))
        let other = try upstream("upstream app http://a {\nbalance least-requests\neject 3 for 1m\n}\n")
        #expect(other.balance == .leastRequests)
        #expect(other.ejection?.failures == 3 && other.ejection?.duration == .seconds(60))
        #expect(try upstream("upstream app http://a {\neject off\n}\n").ejection == nil)
    }

    @Test("How servers are asked whether they are well; the words behind the path come in any order")
    func health() throws {
        #expect(try upstream("upstream app http://a\n").health == nil)
        let plain = try #require(try upstream("upstream app http://a {\nhealth /healthz\n}\n").health)
        #expect(plain == Upstream.HealthCheck(path: "/healthz"))
        #expect(plain.interval == .seconds(5) && plain.timeout == .seconds(1) && plain.statuses.isEmpty)
        #expect(plain.fails == 2 && plain.passes == 2)
        let full = try upstream(
            "upstream app http://a {\nhealth /h?x=1 status 200|204 passes 3 fails 4 timeout 500ms every 10s\n}\n")
        var expected = Upstream.HealthCheck(path: "/h?x=1")
        (expected.interval, expected.timeout) = (.seconds(10), .milliseconds(500))
        (expected.fails, expected.passes, expected.statuses) = (4, 3, [200, 204])
        #expect(full.health == expected)
    }

    @Test("How much a server gets, how many wait, and how many requests may be sent again")
    func load() throws {
        let plain = try upstream("upstream app http://a\n")
        #expect(plain.retryPercent == 20 && plain.limit == nil)
        let other = try upstream("upstream app http://a {\nretries 5%\nqueue 7 for 2s\nmax-requests 30\n}\n")
        var limit = Upstream.Limit(maxRequests: 30)
        #expect(limit.queue == 100 && limit.patience == .seconds(1))
        (limit.queue, limit.patience) = (7, .seconds(2))
        #expect(other.retryPercent == 5 && other.limit == limit)
        let off = try upstream("upstream app http://a {\nretries off\nqueue off\nmax-requests 1\n}\n")
        #expect(off.retryPercent == 0 && off.limit?.queue == 0)
    }

    @Test("TLS and unix sockets are in the URL; a certificate is asked for by the block's settings")
    func schemes() throws {
        let secure = try upstream(
            "upstream app HTTPS://a/base {\nca file:ca.pem\nserver-name b.c\ncertificate file:x file:y\n}\n")
        var tls = Upstream.TLS()
        (tls.authority, tls.serverName, tls.chain, tls.key) = ("ca.pem", "b.c", "x", "y")
        #expect(
            secure
                == Upstream(
                    name: "app", servers: [Upstream.Server(.https, host: "a", port: 443, line: 2)], basePath: "/base",
                    tls: tls, line: 2))
        #expect(try upstream("upstream app https://[::1]:8443\n").tls == Upstream.TLS())
        #expect(try upstream("upstream app http://a\n").tls == nil)
        let sockets = try upstream("upstream app unix:/run/a.sock {\nserver unix:/run/A.sock\nserver http://a\n}\n")
        #expect(sockets.servers.map(\.text) == ["unix:/run/a.sock", "unix:/run/A.sock", "http://a:80"])
        #expect(sockets.tls == nil)
    }

    @Test(
        "A faulty upstream is an error that says what was expected",
        arguments: [
            ("upstream app\n", "2:13: expected the upstream's URL, such as http://127.0.0.1:3000"),
            ("upstream app {\n}\n", "2:10: the upstream \"app\" has no server"),
            ("upstream app {\nhost keep\n}\n", "2:10: the upstream \"app\" has no server"),
            ("upstream app {\nserver a:1\n}\n", "3:8: expected an URL: http://HOST:PORT"),
            ("upstream app http://a {\nserver http://A:80\n}\n", "3:8: line 2 names this server already"),
            (
                "upstream app {\nserver http://a/x\nserver http://b\n}\n",
                "4:8: the servers of an upstream have one base path; line 3 has /x"
            ),
            (
                "upstream app http://a {\nserver http://b/x\n}\n",
                "3:8: the servers of an upstream have one base path; line 2 has none"
            ),
            ("upstream app http://a {\nserver\n}\n", "3:7: expected a value after \"server\""),
            ("upstream app http://a {\nsrever http://b\n}\n", "3:1: unknown setting \"srever\" of \"upstream\""),
            ("upstream app http://a {\nhost a b\n}\n", "3:8: \"b\" is too much here; \"host\" was complete before it"),
            ("upstream app http://a {\nhost http://b\n}\n", "3:6: an address has no scheme"),
            (
                "upstream app http://a {\nhost a\nhost b\n}\n",
                "4:1: \"host\" stands in line 3 already, and may stand once"
            ),
            (
                "upstream app http://a {\nstrip-prefix legacy\n}\n",
                "3:14: expected the prefix, which starts with \"/\", such as /legacy"
            ),
            (
                "upstream app http://a {\nstrip-prefix /\n}\n",
                "3:14: expected the prefix, which starts with \"/\", such as /legacy"
            ),
            ("upstream app http://a {\nstrip-prefix /legacy/\n}\n", "3:14: the prefix has no slash at its end"),
            (
                "upstream app http://a {\nstrip-prefix /a//b\n}\n",
                "3:14: the prefix has no empty segments and no segments of dots"
            ),
            (
                "upstream app http://a {\nstrip-prefix /a/..\n}\n",
                "3:14: the prefix has no empty segments and no segments of dots"
            ),
            (
                "upstream app http://a {\nstrip-prefix /%61\n}\n",
                "3:14: the prefix holds only letters, digits and - . _ ~ ! $ & ' ( ) * + , = : @, no escapes"
            ),
            (
                "upstream app http://a/b;c\n",
                "2:14: the base path holds only letters, digits and - . _ ~ ! $ & ' ( ) * + , = : @, no escapes"
            ),
            (
                "upstream app http://a {\nbalance random\n}\n",
                "3:9: unknown word \"random\"; expected round-robin or least-requests"
            ),
            ("upstream app http://a {\nretries 0%\n}\n", "3:9: expected a share from 1% to 100%, or off"),
            ("upstream app http://a {\nretries 20\n}\n", "3:9: expected a share from 1% to 100%, or off"),
            ("upstream app http://a {\nmax-requests 0\n}\n", "3:14: expected a number from 1 to 1000000"),
            ("upstream app http://a {\nqueue 5 for 1s\n}\n", "3:1: this means nothing without a limit to wait for"),
            (
                "upstream app http://a {\nmax-requests 1\nqueue 5\n}\n",
                "4:8: expected \"for\" and how long, such as: queue 100 for 1s"
            ),
            ("upstream app http://a {\nmax-requests 1\nqueue 5 to 1s\n}\n", "4:9: expected \"for\""),
            ("upstream app http://a {\nhealth\n}\n", "3:7: expected the path to ask for, such as /healthz"),
            (
                "upstream app http://a {\nhealth healthz\n}\n",
                "3:8: expected the path to ask for, which starts with \"/\", such as /healthz"
            ),
            (
                "upstream app http://a {\nhealth \"/a b\"\n}\n",
                "3:8: the path has at most 1024 characters, without blanks, \"#\" and what is not ASCII"
            ),
            (
                "upstream app http://a {\nhealth /h evry 5s\n}\n",
                "3:11: unknown word \"evry\"; expected every, timeout, fails, passes, status"
            ),
            ("upstream app http://a {\nhealth /h every\n}\n", "3:16: expected a value after \"every\""),
            ("upstream app http://a {\nhealth /h every 10ms\n}\n", "3:17: the duration must be at least 100ms"),
            ("upstream app http://a {\nhealth /h fails 1 fails 2\n}\n", "3:19: \"fails\" may stand once"),
            ("upstream app http://a {\nhealth /h passes 0\n}\n", "3:18: expected a number from 1 to 100"),
            (
                "upstream app http://a {\nhealth /h status 200|99\n}\n",
                "3:18: expected a status from 200 to 599, or several such as 200|204"
            ),
            ("upstream app http://a {\neject 5 in 10s\n}\n", "3:9: expected \"for\""),
            ("upstream app http://a {\neject 5\n}\n", "3:8: expected \"for\" and how long, such as: eject 5 for 10s"),
            ("upstream app unix:app.sock\n", "2:14: expected the socket's path from the root"),
            (
                "upstream app unix:/\(String(repeating: "x", count: 107))\n",
                "2:14: the path of a socket has at most 107 bytes"
            ),
            ("upstream app unix:/a {\nserver unix:/a\n}\n", "3:8: line 2 names this server already"),
            (
                "upstream app https://a {\nserver http://b\n}\n",
                "3:8: the servers of an upstream all speak TLS or none does; line 2 has https://a:443"
            ),
            (
                "upstream app https://a {\nserver unix:/b\n}\n",
                "3:8: the servers of an upstream all speak TLS or none does; line 2 has https://a:443"
            ),
            ("upstream app https://a {\nserver-name 10.0.0.1\n}\n", "3:13: expected a host name, such as app.internal"),
            ("upstream app https://a {\nca ca.pem\n}\n", "3:4: a secret is never written in this file"),
            (
                "upstream app https://a {\nca env:CA\n}\n",
                "3:4: expected file:PATH: certificates and keys are in files"
            ),
            (
                "upstream app https://a {\ncertificate file:x\n}\n",
                "3:19: expected the key behind the chain: file:key.pem"
            ),
            ("upstream app http://a/b?c\n", "2:14: an upstream's URL has no query and no fragment"),
            ("upstream app http://a#c\n", "2:14: an upstream's URL has no query and no fragment"),
            ("upstream app http://a//\n", "2:14: the base path has no slash at its end"),
            ("upstream app http:///x\n", "2:14: expected an address: HOST:PORT, such as 127.0.0.1:8080"),
        ])
    func faults(text: String, error: String) {
        let errors = parse("listen [::1]:1\n" + text).errors
        #expect(errors.first.map { "\($0.line):\($0.column): \($0.message)" } == error)
        // One fault, one error.
        #expect(errors.count == 1)
    }

    @Test("What to write instead is said")
    func instead() {
        #expect(
            faultyFile("upstream app http://a/x/\n") == [
                """
                routes.conf:2:14: error: the base path has no slash at its end
                    upstream app http://a/x/
                                 ^~~~~~~~~~~
                    write http://a/x
                """
            ])
        #expect(
            faultyFile("upstream app http://a/x {\nserver http://b:81/y\n}\n") == [
                """
                routes.conf:3:8: error: the servers of an upstream have one base path; line 2 has /x
                    server http://b:81/y
                           ^~~~~~~~~~~~~
                    write http://b:81/x
                """
            ])
    }

    private func faultyFile(_ text: String) -> [String] { rendered("listen [::1]:1\n" + text) }

    private let stripping = """
        listen [::1]:1
        upstream app http://a {
            strip-prefix /legacy/v1
        }

        """

    @Test(
        "Every path that leads to an upstream that strips a prefix starts with it",
        arguments: ["/legacy/v1", "/legacy/v1/", "/legacy/v1/**", "/legacy/v1/{id}", "/%6cegacy/v1/x"])
    func stripped(path: String) {
        #expect(parse(stripping + "GET \(path) public\n").errors.isEmpty)
    }

    @Test(
        "A path that doesn't start with the prefix is an error that names both lines",
        arguments: ["/**", "/legacy", "/legacy/**", "/legacy/v10", "/Legacy/v1/x", "/{x}/v1/**", "/legacy/{x}/**", "/"])
    func notStripped(path: String) {
        let result = rendered(stripping + "GET \(path) public\n")
        let caret = String(repeating: "~", count: path.count - 1)
        #expect(
            result == [
                """
                routes.conf:5:5: error: the path must start with /legacy/v1, which the upstream "app" of line 2 removes
                    GET \(path) public
                        ^\(caret)
                    write /legacy/v1/** or a path below it, or lead this rule to another upstream
                """
            ])
    }

    @Test("A rule that denies leads nowhere, so its path may start as it likes")
    func denied() {
        #expect(parse(stripping + "* /** deny\n* /x deny -> app\n").errors.isEmpty)
    }
}
