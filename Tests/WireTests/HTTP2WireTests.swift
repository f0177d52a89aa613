import Glibc
internal import Synchronization
internal import TestSupport
import Testing

/// A gateway with a TLS listener, and what stands around it.
private struct SecureStage {
    let stage: Stage
    let certificates: TestCertificates
    let port: Int

    init(_ settings: String = "", limits: String = "", routes: String = GatewayConfiguration().routes) throws {
        certificates = try TestCertificates()
        try certificates.make("one", hosts: ["one.test"])
        port = try ReservedPort.untilTheEnd()
        stage = try Stage(
            GatewayConfiguration(
                settings: """
                    log stdout
                    listen 127.0.0.1:\(port) {
                        certificate file:\(certificates.path("one.pem")) file:\(certificates.path("one.key"))
                        \(settings)
                    }
                    \(limits)
                    """, routes: routes))
    }

    var client: HTTP2Client { HTTP2Client(port: port) }

    func curl(_ words: String..., path: String) throws -> String {
        try run(
            [
                "curl", "-sS", "-m", "20", "-i", "--http2", "--noproxy", "*", "--cacert", certificates.path("ca.pem"),
                "--resolve", "one.test:\(port):127.0.0.1", "https://one.test:\(port)\(path)",
            ] + words
        ).output
    }

    /// A request on a connection of its own is served: the gateway is there and well.
    func serves() throws -> Bool {
        var client = client
        client.headers(HTTP2Client.head("GET", "/public/after"))
        client.awaitEnd()
        return try client.run().status() == "200"
    }
}

/// What a conversation on another thread came to.
private final class HeldReport: Sendable {
    let report = Mutex<HTTP2Client.Report?>(nil)
}

@Suite("HTTP/2 for clients")
struct HTTP2WireTests {
    @Test(
        "A request becomes the same as in HTTP/1.1: identity, forwarding fields, cookies in one, and Via says how it came"
    )
    func sameExchange() throws {
        let stage = try SecureStage()
        let token = TestToken(sub: "h2-user")
        let answer = try stage.curl("-H", token.bearer, "-H", "X-User-Id: root", path: "/x?y=1")
        #expect(answer.hasPrefix("HTTP/2 200"), "\(answer)")
        #expect(answer.contains("GET /x?y=1 HTTP/1.1\r\n") && answer.contains("X-User-Id: h2-user\r\n"))
        #expect(answer.contains("X-Forwarded-Proto: https\r\n") && answer.contains("Via: 2.0 gateway\r\n"))
        #expect(!answer.contains("root"))
        var client = stage.client
        client.headers(
            HTTP2Client.head("GET", "/public/x", [("cookie", "a=1"), ("cookie", "b=2"), ("te", "trailers")]))
        client.awaitEnd()
        let report = try client.run()
        #expect(report.data().contains(#"cookie: a=1; b=2\r\n"#) && !report.data().contains("te: "), "\(report)")
        #expect(try stage.curl(path: "/x").contains("\"code\":\"token_missing\""))
        #expect(try stage.curl("-I", path: "/public/x").hasPrefix("HTTP/2 200"))
        try stage.stage.end()
    }

    @Test("Bodies pass both ways, of known length and not, and larger than every window")
    func bodies() throws {
        let stage = try SecureStage()
        let file = stage.certificates.path("large")
        _ = try run(["/bin/sh", "-c", #"head -c 5000000 /dev/urandom > "$0""#, file])
        for unknown in [[], ["-H", "Content-Length:"]] {
            let script =
                #"file=$1; port=$2; shift 2; curl -sS -m 30 --http2 --noproxy '*' --cacert "$0" "$@" -T "$file" --resolve one.test:$port:127.0.0.1 https://one.test:$port/public/x | tail -c 5000000 | cmp - "$file""#
            let result = try run(
                ["/bin/sh", "-c", script, stage.certificates.path("ca.pem"), file, "\(stage.port)"] + unknown,
                within: .seconds(40))
            #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
        }
        try stage.stage.end()
    }

    @Test("Many streams of one connection get each its own answer, whatever the order")
    func manyStreams() throws {
        let stage = try SecureStage()
        var client = stage.client
        for number in 0..<90 { client.headers(HTTP2Client.head("GET", "/public/n-\(number)"), stream: 2 * number + 1) }
        for number in 0..<90 { client.awaitEnd(of: 2 * number + 1) }
        let report = try client.run()
        for number in 0..<90 {
            #expect(report.status(2 * number + 1) == "200" && report.has("\(2 * number + 1) ended"))
            #expect(report.data(2 * number + 1).contains("GET /public/n-\(number) HTTP/1.1"))
        }
        try stage.stage.end()
    }

    @Test("Interim responses and trailers arrive; HEAD and 204 end with their head")
    func forms() throws {
        let stage = try SecureStage(routes: "* /public/** public trailers")
        stage.stage.upstream.script("trailing") { exchange in
            try exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nX-Big: Yes\r\n")
            try exchange.send(
                "Connection: X-Hop\r\nX-Hop: 1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n"
            )
        }
        stage.stage.upstream.script("empty") { try $0.send("HTTP/1.1 204 No Content\r\n\r\n") }
        var client = stage.client
        client.headers(HTTP2Client.head("GET", "/public/trailing"))
        client.awaitEnd()
        client.headers(HTTP2Client.head("GET", "/public/empty"), stream: 3)
        client.awaitEnd(of: 3)
        client.headers(HTTP2Client.head("HEAD", "/public/x"), stream: 5)
        client.awaitEnd(of: 5)
        let report = try client.run()
        #expect(report.has("1 status 103") && report.has("1 field link: </a>") && report.has("1 status 200"))
        #expect(report.has("1 field x-big: Yes") && report.has("1 field x-sum: 7") && report.has("1 ended"))
        #expect(!report.description.contains("x-hop") && !report.description.contains("transfer-encoding"))
        #expect(report.data() == "\"hello\"")
        #expect(report.has("3 status 204") && report.has("3 ended") && report.octets(3) == 0)
        #expect(report.has("5 status 200") && report.has("5 ended") && report.octets(5) == 0, "\(report)")
        try stage.stage.end()
    }

    private static let good = HTTP2Client.head("GET", "/public/bad")
    private static func without(_ name: String) -> [(String, String)] { good.filter { $0.0 != name } }
    private static func with(_ name: String, _ value: String) -> [(String, String)] {
        good.map { $0.0 == name ? (name, value) : $0 }
    }

    private static let malformed: [(String, [(String, String)], String)] = [
        ("CR LF in a value", good + [("x", "a\r\ninjected: 1")], "400 request_malformed"),
        ("LF in a value", good + [("x", "a\ninjected: 1")], "400 request_malformed"),
        ("CR in a value", good + [("x", "a\rb")], "400 request_malformed"),
        ("NUL in a value", good + [("x", "a\0b")], "400 request_malformed"),
        ("octets that are no UTF-8", good + [("x", "a\u{FF}b")], "400 request_malformed"),
        ("a blank before a value", good + [("x", " a")], "400 request_malformed"),
        ("a blank behind a value", good + [("x", "a ")], "400 request_malformed"),
        ("CR LF in a name", good + [("x\r\ninjected", "1")], "400 request_malformed"),
        ("a colon in a name", good + [("x: y", "1")], "400 request_malformed"),
        ("a blank in a name", good + [("x y", "1")], "400 request_malformed"),
        ("an upper-case name", good + [("X-Upper", "1")], "400 request_malformed"),
        ("connection", good + [("connection", "close")], "400 request_malformed"),
        ("proxy-connection", good + [("proxy-connection", "close")], "400 request_malformed"),
        ("keep-alive", good + [("keep-alive", "timeout=5")], "400 request_malformed"),
        ("transfer-encoding", good + [("transfer-encoding", "chunked")], "400 request_malformed"),
        ("a name like transfer-encoding", good + [("transfer_encoding", "chunked")], "400 request_malformed"),
        ("upgrade", good + [("upgrade", "websocket")], "400 request_malformed"),
        ("te beyond trailers", good + [("te", "gzip")], "400 request_malformed"),
        (
            "a pseudo-header field behind others", without(":path") + [("x", "1"), (":path", "/public/bad")],
            "400 request_malformed"
        ),
        ("a pseudo-header field twice", good + [(":path", "/public/bad")], "400 request_malformed"),
        ("an unknown pseudo-header field", good + [(":proto", "x")], "400 request_malformed"),
        ("one of a response", good + [(":status", "200")], "400 request_malformed"),
        ("extended CONNECT", with(":method", "CONNECT") + [(":protocol", "websocket")], "400 request_malformed"),
        ("no method", without(":method"), "400 request_malformed"),
        ("an empty method", with(":method", ""), "400 request_malformed"),
        ("a request line in the method", with(":method", "GET /admin HTTP/1.1\r\nx:"), "400 request_malformed"),
        ("no scheme", without(":scheme"), "400 request_malformed"),
        ("another scheme", with(":scheme", "http"), "400 request_malformed"),
        ("a URL in the scheme", with(":scheme", "https://b/"), "400 request_malformed"),
        ("no path", without(":path"), "400 request_malformed"),
        ("an empty path", with(":path", ""), "400 request_malformed"),
        ("a path without slash", with(":path", "public/bad"), "400 request_malformed"),
        ("an absolute path", with(":path", "https://a/public/bad"), "400 request_malformed"),
        ("* for GET", with(":path", "*"), "400 request_malformed"),
        ("a blank in the path", with(":path", "/public/bad HTTP/1.1"), "400 target_ambiguous"),
        ("CR LF in the path", with(":path", "/public/bad\r\nx: y"), "400 target_ambiguous"),
        ("a fragment in the path", with(":path", "/public/bad#x"), "400 target_ambiguous"),
        ("dots in the path", with(":path", "/public/../bad"), "400 target_ambiguous"),
        ("no authority", without(":authority"), "400 request_malformed"),
        ("another host", good + [("host", "b")], "400 request_malformed"),
        ("two hosts", good + [("host", "a"), ("host", "a")], "400 request_malformed"),
        ("userinfo in the authority", with(":authority", "user@a"), "400 request_malformed"),
        ("CR LF in the authority", with(":authority", "a\r\nx: y"), "400 request_malformed"),
        ("a length with a sign", good + [("content-length", "+0")], "400 request_malformed"),
        ("a list of lengths", good + [("content-length", "0, 0")], "400 request_malformed"),
        ("two lengths", good + [("content-length", "0"), ("content-length", "0")], "400 request_malformed"),
        ("a length without a body", good + [("content-length", "5")], "400 request_malformed"),
        ("two tokens", good + [("authorization", "Bearer a"), ("authorization", "Bearer b")], "400 token_ambiguous"),
        ("CONNECT", [(":method", "CONNECT"), (":authority", "a:443")], "405 method_not_allowed"),
        ("TRACE", with(":method", "TRACE"), "405 method_not_allowed"),
    ]

    @Test("What is no request is answered, logged and never forwarded; the connection goes on")
    func refused() throws {
        let stage = try SecureStage()
        for (what, fields, outcome) in Self.malformed {
            var client = stage.client
            client.headers(fields)
            client.awaitEnd()
            client.headers(HTTP2Client.head("GET", "/public/good"), stream: 3)
            client.awaitEnd(of: 3)
            let report = try client.run()
            #expect(report.outcome() == outcome, "\(what): \(report)")
            #expect(report.status(3) == "200", "\(what): \(report)")
        }
        #expect(stage.stage.upstream.requests("bad").isEmpty && stage.stage.upstream.requests("admin").isEmpty)
        try eventually("a log line for each") {
            stage.stage.gateway.standardOutput.split(separator: "\n").filter { $0.contains("request_malformed") }.count
                == Self.malformed.filter { $0.2.hasSuffix("request_malformed") }.count
        }
        try stage.stage.end()
    }

    @Test("A body that is longer or shorter than Content-Length says reaches nobody as a whole request")
    func lengths() throws {
        let stage = try SecureStage()
        var client = stage.client
        let head = HTTP2Client.head("POST", "/public/bad", [("content-length", "5")])
        for (stream, pieces) in [
            (1, ["toolong"]), (3, ["four"]), (5, ["hell", "oGET /public/smuggled HTTP/1.1\r\n\r\n"]),
        ] {
            client.headers(head, stream: stream, ends: false)
            for (index, piece) in pieces.enumerated() {
                client.data(piece, stream: stream, ends: index == pieces.count - 1)
            }
            client.awaitEnd(of: stream)
        }
        client.headers(HTTP2Client.head("POST", "/public/exact", [("content-length", "5")]), stream: 7, ends: false)
        client.data("hel", stream: 7, ends: false)
        client.data("lo", stream: 7)
        client.awaitEnd(of: 7)
        let report = try client.run()
        for stream in [1, 3, 5] { #expect(report.outcome(stream) == "400 request_malformed", "\(report)") }
        #expect(report.status(7) == "200" && report.data(7).contains(#"\r\n\r\nhello"#), "\(report)")
        #expect(stage.stage.upstream.requests("smuggled").isEmpty)
        for request in stage.stage.upstream.requests("bad") { #expect(!request.body.isComplete) }
        try stage.stage.end()
    }

    @Test("A client that grants no room gets no more than that, and the upstream is not drained meanwhile")
    func backpressure() throws {
        let stage = try SecureStage()
        let sent = Gate()
        stage.stage.upstream.script("endless") { exchange in
            try exchange.respond(octets: 60_000_000)
            sent.open()
        }
        var client = stage.client
        client.windows(false)
        client.headers(HTTP2Client.head("GET", "/public/endless"))
        client.read(seconds: 1.5)
        client.headers(HTTP2Client.head("GET", "/public/other", [("x", "1")]), stream: 3)
        client.read(seconds: 0.5)
        let report = try client.run()
        #expect(report.octets() == 65_535 && report.has("1 open"), "\(report.octets())")
        #expect(!sent.hasOpened)
        #expect(try stage.serves())
        try stage.stage.end()
    }

    @Test("A body that the upstream does not read is not taken from the client either")
    func heldUpload() throws {
        let stage = try SecureStage()
        let goesOn = Gate()
        stage.stage.upstream.script("held") { _ in try goesOn.wait() }
        let count = 100_000_000
        var client = stage.client
        client.headers(HTTP2Client.head("POST", "/public/held"), ends: false)
        client.upload(count)
        let report = try client.run()
        goesOn.open()
        // What the kernel's buffers hold is not ours to say.
        #expect((131_072..<count / 2).contains(report.sent()), "\(report)")
        #expect(try stage.serves())
        try stage.stage.end()
    }

    @Test("A client that reads slowly gets all of its response, and one that stands still is cut off")
    func slowReaders() throws {
        let stage = try SecureStage(limits: "limits {\n    idle-timeout  2s\n    body-timeout  2s\n}")
        stage.stage.upstream.script("long") { exchange in try exchange.respond(octets: 70_000) }
        var client = stage.client
        client.windows(false)
        client.frame(8, "00100000")
        client.headers(HTTP2Client.head("GET", "/public/long"))
        client.headers(HTTP2Client.head("GET", "/public/long"), stream: 3)
        // What its window held back at first: 4465 octets.
        for _ in 0..<15 {
            client.frame(8, stream: 1, "0000012c")
            client.read(seconds: 0.3)
        }
        client.awaitEnd()
        client.awaitEnd(of: 3)
        let report = try client.run()
        #expect(report.octets() == 70_000 && report.has("1 ended"), "\(report)")
        #expect(report.octets(3) == 65_535 && report.has("3 reset 2") && !report.has("3 ended"))
        try stage.stage.end()
    }

    @Test("A long response that is taken slowly, but fast enough, is not cut off when more of it comes")
    func slowReaderOfMuch() throws {
        let stage = try SecureStage(limits: "limits {\n    body-timeout  1s\n    min-rate  12000\n}")
        stage.stage.upstream.script("long") { exchange in try exchange.respond(octets: 600_000) }
        var client = stage.client
        client.windows(false)
        client.frame(8, "00100000")
        client.headers(HTTP2Client.head("GET", "/public/long"))
        // 40,000 octets a second, of which the gateway keeps as many as are taken in more than one, again and again.
        for _ in 0..<67 {
            client.read(seconds: 0.2)
            client.frame(8, stream: 1, "00001f40")
        }
        client.awaitEnd()
        let report = try client.run()
        #expect(report.octets() == 600_000 && report.has("1 ended"), "\(report)")
        try stage.stage.end()
    }

    @Test("A long response is not cut off, either, when it is TCP that holds it back, and not the client's window")
    func steadyReader() throws {
        let stage = try SecureStage(limits: "limits {\n    body-timeout  2s\n    min-rate  1000\n}")
        let count = 20_000_000
        stage.stage.upstream.script("long") { exchange in try exchange.respond(octets: count) }
        var client = stage.client
        client.room = 65536
        client.windows(false)
        // Room for all of it, of the connection and of the stream.
        client.frame(8, "02000000")
        client.headers(HTTP2Client.head("GET", "/public/long"))
        client.frame(8, stream: 1, "02000000")
        // 100,000 octets a second.
        client.sip(5000, pause: 0.05, seconds: 10)
        client.awaitEnd()
        let report = try client.run()
        #expect(report.octets() == count && report.has("1 ended"), "\(report)")
        try stage.stage.end()
    }

    @Test("A response that the upstream cuts off ends in a reset, and no other stream with it")
    func cutOff() throws {
        let stage = try SecureStage()
        stage.stage.upstream.script("cut") { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            exchange.close()
        }
        var client = stage.client
        client.headers(HTTP2Client.head("GET", "/public/cut"))
        client.headers(HTTP2Client.head("GET", "/public/whole"), stream: 3)
        client.awaitEnd()
        client.awaitEnd(of: 3)
        let report = try client.run()
        #expect(report.has("1 reset 2") && !report.has("1 ended"), "\(report)")
        #expect(report.status(3) == "200" && report.has("3 ended"))
        try stage.stage.end()
    }

    @Test("A stream that the client resets gives its upstream connection back, and is logged")
    func abandoned() throws {
        let stage = try SecureStage()
        let asked = Gate()
        stage.stage.upstream.script("hang") { exchange in
            asked.open()
            _ = try exchange.someRawBody()
        }
        var client = stage.client
        client.headers(HTTP2Client.head("GET", "/public/hang"))
        client.read(seconds: 0.5)
        client.reset(8)
        client.read(seconds: 0.2)
        _ = try client.run()
        #expect(asked.hasOpened)
        try eventually("the log line") { stage.stage.gateway.standardOutput.contains("client_gone") }
        try eventually("the upstream to be left") { stage.stage.upstream.openConnectionCount == 0 }
        try stage.stage.end()
    }

    @Test("Floods end the connection that makes them and no other: resets, pings, settings, continuations, fields")
    func floods() throws {
        let stage = try SecureStage()
        var resets = stage.client
        for turn in 0..<400 {
            resets.headers(HTTP2Client.head("GET", "/public/x"), stream: 2 * turn + 1)
            resets.reset(8, stream: 2 * turn + 1)
        }
        var pings = stage.client
        pings.frame(6, "0000000000000000", times: 500)
        var settings = stage.client
        settings.frame(4, "", times: 500)
        var continuations = stage.client
        continuations.frame(1, flags: 0, stream: 1, "00")
        continuations.frame(9, flags: 0, stream: 1, "", times: 200)
        var fields = stage.client
        fields.headers(HTTP2Client.head("GET", "/public/x", (0..<4000).map { ("x-\($0)", "0123456789") }))
        for (what, var client) in [
            ("resets", resets), ("pings", pings), ("settings", settings), ("continuations", continuations),
            ("fields", fields),
        ] {
            client.read(seconds: 3)
            let report = try client.run()
            #expect(report.has("closed"), "\(what): \(report)")
            #expect(try stage.serves(), "\(what)")
        }
        try stage.stage.end()
    }

    @Test("What is under way when the gateway stops is finished: GOAWAY, the answer, and exit 0")
    func stops() throws {
        let stage = try SecureStage()
        let (asked, goOn) = (Gate(), Gate())
        stage.stage.upstream.script("slow") { exchange in
            asked.open()
            try goOn.wait()
            try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
        }
        var client = stage.client
        client.headers(HTTP2Client.head("GET", "/public/slow"))
        client.awaitEnd()
        client.read(seconds: 5)
        let conversation = client
        let finished = Gate()
        let held = HeldReport()
        onThread {
            held.report.withLock { $0 = try? conversation.run() }
            finished.open()
        }
        try asked.wait()
        stage.stage.gateway.signal(SIGTERM)
        try eventually("the gateway to say so") { stage.stage.gateway.standardError.contains("stopping") }
        goOn.open()
        try finished.wait()
        let report = held.report.withLock { $0 }
        #expect(
            report?.data() == "\"done\"" && report?.has("goaway 0") == true && report?.has("closed") == true,
            "\(String(describing: report))")
        #expect(try stage.stage.gateway.waitForExit() == .exited(0))
    }

    @Test("A listener that says http2 off speaks HTTP/1.1 only")
    func off() throws {
        let stage = try SecureStage("http2 off")
        #expect(try stage.client.run().has("alpn http/1.1"))
        #expect(try stage.curl(path: "/public/x").hasPrefix("HTTP/1.1 200"))
        try stage.stage.end()
    }
}
