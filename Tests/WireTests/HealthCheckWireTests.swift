import Glibc
internal import Synchronization
internal import TestSupport
import Testing

/// Two servers that are asked `/healthz`, of which some answer otherwise than they should.
private final class Checked: Sendable {
    /// Patient, since a machine that stalls must make no server fail.
    static let check = "health /healthz every 100ms timeout 10s"

    let servers: [ScriptedUpstream]
    let stage: Stage
    private let answers = Mutex<[Int: String]>([:])

    init(
        _ settings: String = Checked.check, faulty: [Int: String] = [:], threads: Int = 2
    ) throws {
        servers = [try ScriptedUpstream(), try ScriptedUpstream()]
        let lines = servers.map { "server http://127.0.0.1:\($0.port)" }.joined(separator: "\n")
        stage = try Stage(
            GatewayConfiguration(
                upstream: "upstream app {\n\(lines)\n\(settings)\n}", routes: "* /** public",
                arguments: ["--threads", "\(threads)"]))
        answers.withLock { $0 = faulty }
        for (index, server) in servers.enumerated() {
            server.script("/") { try $0.respond(body: "\(index)") }
            server.script("/healthz") { [weak self] exchange in
                let status = self?.answers.withLock { $0[index] } ?? "204 No Content"
                try exchange.send("HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
            }
        }
    }

    func answer(_ status: String?, by server: Int) { answers.withLock { $0[server] = status } }

    /// How many requests each had that were no checks.
    var counts: [Int] { servers.map { $0.requests("/x").count } }
    var checks: [Int] { servers.map { $0.requests("/healthz").count } }

    func name(_ server: Int) -> String { "http://127.0.0.1:\(servers[server].port)" }

    func metric(_ name: String, of server: Int) throws -> Int {
        try stage.gateway.metric("\(name){upstream=\"app\",server=\"\(self.name(server))\"}")
    }

    func awaitDown(_ server: Int, _ reason: String = "") throws {
        try eventually("server \(server) to be left out") {
            stage.gateway.standardError.contains(
                "\(name(server)) is left out, since it fails its health check: \(reason)")
        }
    }

    func end() throws {
        try stage.end()
        for server in servers {
            server.stopListening()
            #expect(server.faults == [])
        }
    }
}

@Suite("Health checks")
struct HealthCheckWireTests {
    @Test("A server that fails gets no request, until it passes again; each change is told once, and counted")
    func failing() throws {
        let checked = try Checked(faulty: [0: "503 Ill"])
        try checked.awaitDown(0, "it answered 503")
        for _ in 0..<10 { #expect(try checked.stage.get("/x").text == "1") }
        #expect(checked.counts == [0, 10])
        #expect(try checked.metric("gateway_upstream_server_healthy", of: 0) == 0)
        #expect(try checked.metric("gateway_upstream_server_healthy", of: 1) == 1)
        #expect(try checked.metric("gateway_upstream_failed_checks_total", of: 0) >= 2)
        #expect(try checked.metric("gateway_upstream_failed_checks_total", of: 1) == 0)
        checked.answer(nil, by: 0)
        try eventually("the server to be back") {
            checked.stage.gateway.standardError.contains("passes its health check again")
        }
        // Each event loop has turns of its own.
        for _ in 0..<8 { #expect(try checked.stage.get("/x").status == 200) }
        #expect(checked.counts[0] > 0)
        #expect(try checked.metric("gateway_upstream_server_healthy", of: 0) == 1)
        #expect(checked.stage.gateway.standardError.ranges(of: "fails its health check").count == 1)
        #expect(checked.stage.gateway.standardError.ranges(of: "passes its health check").count == 1)
        try checked.end()
    }

    @Test("A check is a plain GET for its own path, with the upstream's Host, and needs the status that is written")
    func request() throws {
        let server = try ScriptedUpstream()
        server.script("/") { try $0.respond() }
        let stage = try Stage(
            GatewayConfiguration(
                upstream: """
                    upstream app http://127.0.0.1:\(server.port)/base {
                        host    app.internal:8080
                        health  /status?deep=1 every 100ms status 404|418
                    }
                    """, routes: "* /** public"))
        let head = try server.waitForRequest("/status").head
        #expect(head.method == "GET" && head.target == "/status?deep=1")
        #expect(head.fields.all("host") == ["app.internal:8080"])
        #expect(head.fields.all("connection") == ["close"])
        #expect(head.fields.allSatisfy { !$0.name.lowercased().hasPrefix("x-") })
        try eventually("200 not to do") { stage.gateway.standardError.contains("it answered 200") }
        server.script("/status") { try $0.respond("418 Teapot") }
        try eventually("418 to do") { stage.gateway.standardError.contains("passes its health check again") }
        try stage.end()
        server.stopListening()
    }

    @Test("When all fail, all are used; readiness warns, and stays")
    func allOut() throws {
        let checked = try Checked(faulty: [0: "500 No", 1: "500 No"], threads: 1)
        try checked.awaitDown(0)
        try checked.awaitDown(1)
        for _ in 0..<6 { #expect(try checked.stage.get("/x").status == 200) }
        #expect(checked.counts == [3, 3])
        let ready = try checked.stage.gateway.admin("/ready")
        #expect(ready.status == 200)
        #expect(ready.text.contains("upstream app: no server is left: \(checked.name(0)) fails its health check"))
        checked.answer(nil, by: 1)
        try eventually("no warning") { try !checked.stage.gateway.admin("/ready").text.contains("no server is left") }
        try checked.end()
    }

    @Test(
        "What is no answer is a failure, and the log says which",
        arguments: [
            ("silence", "it did not answer in time"), ("end", "it closed the connection without an answer"),
            ("nonsense", "the upstream's status line is malformed"), ("redirect", "it answered 302"),
            ("nobody", "no connection to it"),
        ])
    func noAnswer(kind: String, reason: String) throws {
        let gate = Gate()
        let server = try ScriptedUpstream()
        server.script("/h") { exchange in
            switch kind {
            case "silence": try gate.wait()
            case "end": exchange.close()
            case "nonsense": try exchange.send("ICY 200 OK\r\n\r\n")
            default: try exchange.respond("302 Found", fields: ["Location: /"])
            }
        }
        let port = kind == "nobody" ? try ReservedPort.untilTheEnd() : server.port
        let stage = try Stage(
            GatewayConfiguration(
                upstream: """
                    upstream app http://127.0.0.1:\(port) {
                        health /h every 100ms timeout \(kind == "silence" ? "100ms" : "10s") fails 1
                    }
                    """, routes: "* /** public"))
        try eventually("the server to be left out") {
            stage.gateway.standardError.contains("is left out, since it fails its health check: \(reason)")
        }
        gate.open()
        try stage.end()
        server.stopListening()
    }

    @Test("By TLS and at unix sockets, as requests go there; who can't prove who he is fails")
    func schemes() throws {
        let certificates = try TestCertificates()
        try certificates.make("server", hosts: ["app.test"])
        try certificates.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=stranger -keyout s.key -out s.pem"
        )
        let trusted = try PythonUpstream(
            certificate: (certificates.path("server.pem"), certificates.path("server.key")))
        let stranger = try PythonUpstream(certificate: (certificates.path("s.pem"), certificates.path("s.key")))
        // For the address, and not for the name.
        try certificates.make("other", hosts: ["other.test"])
        let other = try PythonUpstream(certificate: (certificates.path("other.pem"), certificates.path("other.key")))
        let socket = certificates.path("app.sock")
        let local = try PythonUpstream(socket: socket)
        // A status that none has shows what each answered.
        let stage = try Stage(
            GatewayConfiguration(
                upstream: """
                    upstream app https://127.0.0.1:\(trusted.port) {
                        server       https://127.0.0.1:\(stranger.port)
                        server       https://127.0.0.1:\(other.port)
                        ca           file:\(certificates.path("ca.pem"))
                        server-name  app.test
                        health       /h every 100ms timeout 10s status 204
                    }
                    upstream local unix:\(socket) {
                        health  /h every 100ms timeout 10s status 204
                    }
                    """, routes: "* /** public -> app\n* /local public -> local"))
        let failure = "is left out, since it fails its health check:"
        for line in [
            "https://127.0.0.1:\(trusted.port) \(failure) it answered 200",
            "https://127.0.0.1:\(stranger.port) \(failure) no TLS: the certificate is expired or of an authority",
            "https://127.0.0.1:\(other.port) \(failure) the certificate is not for this host",
            "unix:\(socket) \(failure) it answered 200",
        ] {
            try eventually(line) { stage.gateway.standardError.contains(line) }
        }
        try stage.end()
        local.stop()
    }

    @Test("One at a time for each server, whatever the number of event loops; requests do not wait for it")
    func oneAtATime() throws {
        let checked = try Checked("health /healthz every 100ms timeout 1h", threads: 4)
        let gate = Gate()
        let hanging = Mutex(0)
        checked.servers[0].script("/healthz") { _ in
            hanging.withLock { $0 += 1 }
            try gate.wait(within: .seconds(60))
        }
        // One that came before the script has been answered.
        try eventually("a check to hang") { hanging.withLock { $0 } > 0 }
        let count = checked.checks[0]
        for _ in 0..<8 { #expect(try checked.stage.get("/x").status == 200) }
        try eventually("several checks of the other") { checked.checks[1] >= 8 }
        #expect(checked.checks[0] == count)
        // It stops although a check is under way that may take an hour.
        try checked.stage.end()
        gate.open()
        checked.servers.forEach { $0.stopListening() }
    }

    @Test("A reload keeps what is known of a server, and where the check has changed the old one ends")
    func reload() throws {
        let checked = try Checked(faulty: [0: "503 Ill"])
        try checked.awaitDown(0)
        let gateway = checked.stage.gateway
        gateway.signal(SIGHUP)
        try eventually("the reload") { gateway.standardError.ranges(of: "are in force").count == 1 }
        for _ in 0..<6 { #expect(try checked.stage.get("/x").text == "1") }
        #expect(try checked.metric("gateway_upstream_server_healthy", of: 0) == 0)
        _ = try run(["/bin/sh", "-c", #"sed -i 's:health /healthz:health /newer:' "$0""#, gateway.configurationFile])
        gateway.signal(SIGHUP)
        try eventually("the reload") { gateway.standardError.ranges(of: "are in force").count == 2 }
        let before = checked.checks
        try eventually("checks by the new path") {
            checked.servers.allSatisfy { $0.requests("/newer").count >= 5 }
        }
        // One that was under way may have arrived since.
        #expect(zip(before, checked.checks).allSatisfy { $1 - $0 <= 1 })
        // Another check says nothing yet of the server.
        #expect(try checked.metric("gateway_upstream_server_healthy", of: 0) == 1)
        try checked.end()
    }
}
