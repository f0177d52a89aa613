import Glibc
internal import Synchronization
internal import TestSupport
internal import Testing

extension GatewayConfiguration {
    fileprivate static func limited(_ limits: String, settings: String = "", threads: Int = 2) -> GatewayConfiguration {
        GatewayConfiguration(
            settings: "\(settings)\nlimits {\n\(limits)\n}", routes: "* /** public",
            arguments: ["--threads", "\(threads)"])
    }
}

extension Stage {
    /// Those by which the harness saw that the gateway listens are gone.
    fileprivate func waitForQuiet() throws {
        try eventually("no connection") { try gateway.metric("gateway_connections") == 0 }
    }

    /// A connection that stays, and one response over it.
    fileprivate func resident(from source: UInt8? = nil, _ fields: String...) throws -> (RawClient, Response) {
        let client = try RawClient(port: gateway.port, from: source)
        try client.send(Request(target: "/resident", fields: fields).text)
        return (client, try client.response())
    }

    /// A request that stays under way until the gate opens.
    fileprivate func pending(_ tag: String, until gate: Gate, _ fields: String...) throws -> RawClient {
        upstream.script(tag) { exchange in
            try gate.wait()
            try exchange.respond(body: "done")
        }
        let client = try client()
        try client.send(Request(target: "/\(tag)", fields: fields).text)
        _ = try upstream.waitForRequest(tag)
        return client
    }
}

extension Response {
    fileprivate var isOverload: Bool {
        outcome == "503 overloaded" && field("retry-after").flatMap { Int($0) } ?? 0 > 0
    }
}

@Suite("Overload: too many connections")
struct ConnectionLimitWireTests {
    @Test("One too many is answered 503 and closed; the others go on, and who leaves makes room")
    func all() throws {
        let stage = try Stage(.limited("max-connections 5"))
        try stage.waitForQuiet()
        let residents = try (0..<5).map { _ in try stage.resident() }
        #expect(residents.allSatisfy { $0.1.status == 200 })
        let (client, response) = try stage.resident()
        #expect(response.isOverload && !response.keepsAlive)
        #expect(try client.isClosed())
        #expect(try stage.gateway.logLines { $0.members.code == "overloaded" }.first?.members.status == 503)
        #expect(try stage.gateway.metric("gateway_connections") == 5)
        #expect(try stage.gateway.metric("gateway_connections_refused_total{limit=\"all\"}") == 1)
        try residents[1].0.send(Request(target: "/again").text)
        #expect(try residents[1].0.response().status == 200)
        residents[0].0.close()
        try eventually("room for another") { try stage.resident().1.status == 200 }
        try eventually("a word to the operator") { stage.gateway.standardError.contains("connections were refused") }
        try stage.end()
    }

    @Test("The count is exact over all event loops, however many come at once")
    func exact() throws {
        let stage = try Stage(.limited("max-connections 20", threads: 4))
        try stage.waitForQuiet()
        for _ in 0..<3 {
            let statuses = Mutex<[Int]>([])
            let done = Gate()
            for _ in 0..<40 {
                onThread {
                    // Held until all were answered.
                    let resident = try? stage.resident()
                    statuses.withLock { $0.append(resident?.1.status ?? 0) }
                    try? done.wait()
                    resident?.0.close()
                }
            }
            try eventually("an answer for each") { statuses.withLock { $0.count } == 40 }
            #expect(
                statuses.withLock { $0.sorted() } == [Int](repeating: 200, count: 20) + [Int](repeating: 503, count: 20)
            )
            done.open()
            try stage.waitForQuiet()
        }
        try stage.end()
    }

    @Test("Who is turned away and asks nothing is not kept")
    func silent() throws {
        let stage = try Stage(.limited("max-connections 1"))
        try stage.waitForQuiet()
        let (resident, response) = try stage.resident()
        #expect(response.status == 200)
        let silent = try (0..<200).map { _ in try stage.client() }
        for client in silent { #expect(try client.isClosed()) }
        try resident.send(Request(target: "/again").text)
        #expect(try resident.response().status == 200)
        try stage.end()
    }

    @Test("Behind TLS one too many is closed without a word")
    func tls() throws {
        let (certificates, port) = (try TestCertificates(), try ReservedPort.untilTheEnd())
        let listener = try certificates.listener(at: port, hosts: ["one.test"])
        let stage = try Stage(.limited("max-connections 1", settings: listener))
        try stage.waitForQuiet()
        let (resident, _) = try stage.resident()
        #expect(try RawClient(port: port).isClosed())
        resident.close()
        try eventually("room for a handshake") {
            try run([
                "curl", "-sS", "-m", "10", "--cacert", certificates.path("ca.pem"), "--noproxy", "*", "--resolve",
                "one.test:\(port):127.0.0.1", "https://one.test:\(port)/x",
            ]).status == .exited(0)
        }
        try stage.end()
    }

    @Test("Of one address there may be so many; another address is served")
    func ofAddress() throws {
        let stage = try Stage(.limited("max-connections-per-address 3"))
        try stage.waitForQuiet()
        let residents = try (0..<3).map { _ in try stage.resident(from: 2) }
        #expect(residents.allSatisfy { $0.1.status == 200 })
        #expect(try stage.resident(from: 2).1.isOverload)
        #expect(try stage.resident(from: 3).1.status == 200)
        #expect(try stage.gateway.metric("gateway_connections_refused_total{limit=\"address\"}") == 1)
        residents[0].0.close()
        try eventually("room for another") { try stage.resident(from: 2).1.status == 200 }
        try stage.end()
    }

    @Test("A trusted proxy may have as many connections as it needs")
    func ofProxy() throws {
        let stage = try Stage(
            .limited("max-connections-per-address 2", settings: "trusted-proxies 127.0.0.2/32"))
        try stage.waitForQuiet()
        let residents = try (0..<6).map { _ in try stage.resident(from: 2) }
        #expect(residents.allSatisfy { $0.1.status == 200 })
        try stage.end()
    }
}

@Suite("Overload: too many requests")
struct RequestLimitWireTests {
    @Test("One too many is answered 503, on a connection that goes on; when one is done there is room again")
    func all() throws {
        let stage = try Stage(.limited("max-requests 2"))
        let gate = Gate()
        let clients = try ["first", "second"].map { try stage.pending($0, until: gate) }
        let (third, response) = try stage.resident()
        #expect(response.isOverload && response.keepsAlive)
        #expect(try stage.gateway.metric("gateway_requests") == 2)
        // A client that goes away makes room, too. (One that only ends its half still gets its response.)
        clients[0].reset()
        try eventually("room for another") {
            try third.send(Request(target: "/again").text)
            return try third.response().status == 200
        }
        gate.open()
        let outcome = try clients[1].response().outcome
        #expect(outcome == "200 upstream")
        try eventually("no request") { try stage.gateway.metric("gateway_requests") == 0 }
        try stage.end()
    }

    @Test("Whatever a request ends with, it counts no more", arguments: ["404", "400", "body", "upstream", "head"])
    func everyEnd(kind: String) throws {
        var configuration = GatewayConfiguration.limited("max-requests 1\nbody-timeout 1s\nheader-timeout 1s")
        configuration.routes = "* /a/** public"
        let stage = try Stage(configuration)
        stage.upstream.script("/a/broken") { $0.close() }
        for _ in 0..<3 {
            switch kind {
            case "404": #expect(try stage.get("/none").status == 404)
            case "400": #expect(try stage.send("GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status == 400)
            case "body":
                let answer = try stage.send(
                    "POST /a/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", method: "POST")
                #expect(answer.status == 408)
            case "upstream": #expect(try stage.get("/a/broken").status == 502)
            default: #expect(try stage.send("GET /a HTTP/1.1\r\n").status == 408)
            }
        }
        #expect(try stage.get("/a/x").status == 200)
        try eventually("no request") { try stage.gateway.metric("gateway_requests") == 0 }
        try stage.end()
    }

    @Test("Of one client's address there may be so many, whoever brings them; an IPv6 network of 64 bits is one")
    func ofAddress() throws {
        let stage = try Stage(.limited("max-requests-per-address 1", settings: "trusted-proxies 127.0.0.1/32"))
        let gate = Gate()
        let held = [
            try stage.pending("four", until: gate, "X-Forwarded-For: 198.51.100.7"),
            try stage.pending("six", until: gate, "X-Forwarded-For: 2001:db8::1"),
            // Of the proxy itself nothing is counted.
            try stage.pending("proxy", until: gate), try stage.pending("proxy2", until: gate),
        ]
        for (address, isOverload) in [
            ("198.51.100.7", true), ("198.51.100.8", false), ("2001:db8::2:3", true), ("2001:db8:0:1::1", false),
            ("203.0.113.1, 198.51.100.7", true), ("198.51.100.7, 203.0.113.1", false),
        ] {
            #expect(try stage.get("/x", "X-Forwarded-For: \(address)").isOverload == isOverload, "\(address)")
        }
        gate.open()
        for client in held { #expect(try client.response().status == 200) }
        #expect(try stage.get("/x", "X-Forwarded-For: 198.51.100.7").status == 200)
        try stage.end()
    }

    @Test("Each stream of HTTP/2 is a request")
    func http2() throws {
        let (certificates, port) = (try TestCertificates(), try ReservedPort.untilTheEnd())
        let listener = try certificates.listener(at: port, hosts: ["one.test"])
        let stage = try Stage(.limited("max-requests 2", settings: listener))
        let gate = Gate()
        let resident = try stage.pending("first", until: gate)
        stage.upstream.script("slow-stream") { exchange in
            try gate.wait()
            try exchange.respond(body: "done")
        }
        onThread {
            // The third request is asked when the second is there.
            _ = try? stage.upstream.waitForRequest("slow-stream")
            let response = try? stage.get("/third")
            if response?.isOverload == true { gate.open() }
        }
        var client = HTTP2Client(port: port)
        client.headers(HTTP2Client.head("GET", "/slow-stream"))
        client.awaitEnd()
        #expect(try client.run().status() == "200")
        #expect(try resident.response().status == 200)
        try stage.end()
    }

    @Test("A reload changes the limits, and what is counted stays right")
    func reload() throws {
        let stage = try Stage(.limited("max-requests 5\nmax-requests-per-address 5"))
        let gate = Gate()
        let held = try stage.pending("held", until: gate)
        let file = stage.gateway.configurationFile
        _ = try run(["/bin/sh", "-c", #"sed -i 's/max-requests 5/max-requests 1/' "$0""#, file])
        stage.gateway.signal(SIGHUP)
        try eventually("the lower limit") { try stage.get("/x").isOverload }
        gate.open()
        #expect(try held.response().status == 200)
        try eventually("room again") { try stage.get("/x").status == 200 }
        try eventually("no request") { try stage.gateway.metric("gateway_requests") == 0 }
        try stage.end()
    }
}

@Suite("Overload: too few descriptors")
struct DescriptorWireTests {
    private func stage(_ descriptors: Int, _ limits: String) throws -> Stage {
        var configuration = GatewayConfiguration.limited(limits, threads: 1)
        configuration.launcher = ["prlimit", "--nofile=\(descriptors):\(descriptors)"]
        return try Stage(configuration)
    }

    @Test("Where no descriptor is left it waits without spinning, says so, and goes on when there is one")
    func exhausted() throws {
        let stage = try stage(96, "max-connections 1000\nmax-requests 1000")
        try stage.waitForLog("and there are 96")
        let (first, response) = try stage.resident()
        #expect(response.status == 200)
        try eventually("the upstream's connection to be closed") { stage.upstream.openConnectionCount == 0 }
        // The kernel completes connections that nobody accepts.
        let crowd = try (0..<150).map { _ in try stage.client() }
        // What the process inherited may have a number above the limit.
        try eventually("no descriptor") { try stage.gateway.descriptorCount(withSanitizers: true) >= 96 }
        let before = try stage.gateway.processorTicks()
        poll(nil, 0, 1000)
        let used = try stage.gateway.processorTicks() - before
        #expect(used < 50, "\(used) hundredths of a second in one second")
        // The way to the upstream needs one, too: that is no fault of the upstream's.
        try first.send(Request(target: "/none-left").text)
        #expect(try first.response().isOverload)
        #expect(try stage.gateway.logLines("none-left").first?.text.contains("no descriptor is left") == true)
        for client in crowd { client.close() }
        try eventually("to be served again") { try stage.get("/after").status == 200 }
        try eventually("the word to the operator") {
            stage.gateway.standardError.contains("no descriptor is left")
        }
        try stage.end()
    }

    @Test("By default there are as many connections as leave descriptors for the requests; one more is answered 503")
    func defaults() throws {
        let stage = try stage(640, "idle-timeout 60s")
        try stage.waitForLog("at most 256 connections and 128 requests at a time; 640 descriptors")
        try stage.waitForQuiet()
        let residents = try (0..<256).map { _ in try stage.client() }
        let (_, response) = try stage.resident()
        #expect(response.isOverload)
        try residents[255].send(Request(target: "/last").text)
        #expect(try residents[255].response().status == 200)
        #expect(try stage.gateway.metric("gateway_accept_failures_total") == 0)
        try stage.end()
    }
}

@Suite("Overload: clients that trickle")
struct TrickleWireTests {
    @Test("A body that comes in a trickle is given up after its time, though it never stands still")
    func slowBody() throws {
        let stage = try Stage(.limited("body-timeout 1s\nmin-rate 1000"))
        let client = try stage.client()
        let tag = TestToken.newJTI()
        try client.send("POST /\(tag) HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        let answered = Gate()
        let socket = client.socket
        onThread {
            while !answered.hasOpened {
                _ = try? socket.send([0x78])
                poll(nil, 0, 20)
            }
        }
        #expect(try client.response(to: "POST").outcome == "408 request_timeout")
        answered.open()
        #expect(stage.upstream.requests(tag).allSatisfy { !$0.body.isComplete })
        try stage.end()
    }

    @Test("A body that comes fast enough takes as long as it takes", arguments: ["min-rate 1000", "min-rate 0"])
    func slowButSteady(rate: String) throws {
        let stage = try Stage(.limited("body-timeout 1s\n\(rate)"))
        let client = try stage.client()
        try client.send("POST /steady HTTP/1.1\r\nHost: a\r\nContent-Length: 12000\r\n\r\n")
        for _ in 0..<12 {
            try client.send(String(repeating: "x", count: 1000))
            poll(nil, 0, 200)
        }
        #expect(try client.response(to: "POST").echo().body.count == 12000)
        try stage.end()
    }

    @Test("A client that takes its response in a trickle is cut off, though it never stands still")
    func slowReader() throws {
        let stage = try Stage(.limited("body-timeout 1s\nmin-rate 1000000"))
        let ended = Gate()
        stage.upstream.script("/large") { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            let piece = [UInt8](repeating: 0x78, count: 65536)
            while case .all = exchange.socket.offer(piece[...], until: .after(.seconds(60))) {}
            ended.open()
        }
        let client = try stage.client()
        try client.send(Request(target: "/large").text)
        let socket = client.socket
        onThread {
            while !ended.hasOpened {
                guard (try? socket.receive(until: .after(), atMost: 2048)) != nil else { return }
                poll(nil, 0, 20)
            }
        }
        let line = try #require(try stage.gateway.logLines("/large").first)
        #expect(line.text.contains("the client stopped reading"))
        try ended.wait()
        try stage.end()
    }

    @Test("A client that reads slowly, but fast enough, gets all of its response, though the kernel keeps much of it")
    func steadyReader() throws {
        let stage = try Stage(.limited("body-timeout 2s\nmin-rate 1000"))
        let count = 20_000_000
        stage.upstream.script("/large") { exchange in try exchange.respond(octets: count) }
        // Its own kernel hides little of what it reads; the gateway's still has some megabytes for it.
        let client = try RawClient(port: stage.gateway.port, room: 65536)
        try client.send(Request(target: "/large").text)
        while try !client.line().isEmpty {}
        var received = client.buffered().count
        // 100,000 octets a second.
        for _ in 0..<160 {
            guard case .bytes(let octets) = try client.socket.receive(until: .after(), atMost: 5000) else { break }
            received += octets.count
            poll(nil, 0, 50)
        }
        while received < count, case .bytes(let octets) = try client.socket.receive(until: .after(), atMost: 1 << 20) {
            received += octets.count
        }
        #expect(received == count)
        try stage.end()
    }
}
