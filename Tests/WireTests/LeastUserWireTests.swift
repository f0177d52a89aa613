import Glibc
internal import TestSupport
import Testing

@Suite("Without privileges")
struct LeastUserWireTests {
    @Test("The gateways of these tests run without privileges: not as root, and with no capability")
    func user() throws {
        let stage = try Stage()
        let status = try run(["cat", "/proc/\(stage.gateway.pid)/status"]).output.split(separator: "\n")
        func words(_ name: String) -> [Substring] {
            status.first { $0.hasPrefix(name) }.map { $0.dropFirst(name.count).split { $0 == "\t" || $0 == " " } } ?? []
        }
        let (users, effective) = (words("Uid:"), words("CapEff:"))
        #expect(users.count == 4 && !users.contains("0"))
        #expect(effective == ["0000000000000000"] && words("CapBnd:").count == 1)
        print("The gateway under test runs as user \(users.first ?? "?"), capabilities \(effective.first ?? "?").")
        #expect(try stage.get("/public/x").status == 200)
        try stage.end()
    }

    @Test("A connection that can't be set up is counted and logged, and the next one is served")
    func setup() throws {
        let stage = try Stage()
        // The kernel refuses the next socket option, as it refuses some to a process that lacks a capability.
        let kernel = try ChildProcess(
            [
                "strace", "-f", "-p", String(stage.gateway.pid), "-e", "trace=setsockopt", "-e",
                "inject=setsockopt:error=EPERM:when=1",
            ], needsPrivileges: true)
        defer { kernel.signal(SIGTERM) }
        try eventually("strace to be attached") { kernel.standardError.text.contains("attached") }
        let client = try stage.client()
        #expect(try client.isClosed())
        try eventually("the failure to be counted") {
            try stage.gateway.metric("gateway_connection_setup_failures_total") == 1
        }
        try eventually("the failure to be logged") {
            stage.gateway.standardError.contains("1 connections were closed at once, since they could not be set up: ")
        }
        kernel.signal(SIGTERM)
        try kernel.waitForExit()
        #expect(try stage.get("/public/x").status == 200)
        try stage.end()
    }

    @Test(
        "Every kind of listener and upstream serves: plain HTTP, TLS and HTTP/2, by TCP, TLS and a unix socket",
        arguments: Confinement.possible)
    func kinds(confinement: Confinement) throws {
        let kinds = try KindsStage(confinement)
        let status = try run(["cat", "/proc/\(kinds.stage.gateway.pid)/status"]).output.split(separator: "\n")
        #expect(status.contains { $0.hasPrefix("CapEff:") && $0.hasSuffix("\t0000000000000000") })
        #expect(try kinds.gatewaysUser() == confinement.user)
        for route in KindsStage.routes {
            for (listener, answer) in try kinds.answers("/\(route.name)/x") {
                #expect(answer.contains(route.shows), "\(listener) to \(route.name): \(answer)")
            }
        }
        try kinds.end()
    }

    @Test(
        "Servers of every kind are checked: one that no longer answers is left out, the others stay",
        arguments: Confinement.possible)
    func checks(confinement: Confinement) throws {
        let kinds = try KindsStage(confinement)
        let gateway = kinds.stage.gateway
        try eventually("a check of the server by TCP") { !kinds.stage.upstream.requests("/checked").isEmpty }
        let failure = "is left out, since it fails its health check"
        #expect(!gateway.standardError.contains(failure))
        kinds.secure.stop()
        try kinds.stage.waitForLog("https://127.0.0.1:\(kinds.secure.port) \(failure)")
        kinds.local.stop()
        try kinds.stage.waitForLog("unix:\(kinds.certificates.path("app.sock")) \(failure)")
        #expect(try kinds.stage.get("/tcp/x").status == 200)
        #expect(!gateway.standardError.contains("http://127.0.0.1:\(kinds.stage.upstream.port) \(failure)"))
        try kinds.end()
    }
}

/// A gateway without privileges that has a listener and an upstream of every kind.
private struct KindsStage {
    /// The first part of a path, and what only the upstream behind it answers with.
    static let routes = [("tcp", "GET /tcp/x HTTP/1.1"), ("tls", "|app.test|"), ("unix", "|-|-|")]
        .map { (name: $0.0, shows: $0.1) }

    let certificates: TestCertificates
    let secure: PythonUpstream
    let local: PythonUpstream
    let stage: Stage
    private let port: Int

    init(_ confinement: Confinement) throws {
        certificates = try TestCertificates()
        try certificates.make("server", hosts: ["app.test"])
        secure = try PythonUpstream(
            certificate: (certificates.path("server.pem"), certificates.path("server.key")))
        local = try PythonUpstream(socket: certificates.path("app.sock"))
        port = try ReservedPort.untilTheEnd()
        let check = "health /checked every 100ms timeout 10s"
        var configuration = GatewayConfiguration(
            upstream: """
                upstream app http://127.0.0.1:@UPSTREAM@ {
                    \(check)
                }
                upstream secure https://127.0.0.1:\(secure.port) {
                    ca           file:\(certificates.path("ca.pem"))
                    server-name  app.test
                    \(check)
                }
                upstream local unix:\(certificates.path("app.sock")) {
                    \(check)
                }
                """,
            settings: try certificates.listener(at: port, hosts: ["one.test"]),
            routes: "* /tcp/** public -> app\n* /tls/** public -> secure\n* /unix/** public -> local")
        configuration.launcher = confinement.launcher
        stage = try Stage(configuration)
    }

    /// What a GET is answered with at each listener, by its name.
    func answers(_ path: String) throws -> [(listener: String, answer: String)] {
        let plain = try stage.get(path)
        let secure = try run(
            [
                "curl", "-sS", "-m", "20", "-i", "--http1.1", "--noproxy", "*", "--cacert", certificates.path("ca.pem"),
                "--resolve", "one.test:\(port):127.0.0.1", "https://one.test:\(port)\(path)",
            ])
        var client = HTTP2Client(port: port)
        client.headers(HTTP2Client.head("GET", path))
        client.awaitEnd()
        let streams = try client.run()
        return [
            ("plain HTTP", "\(plain.status) \(plain.text)"), ("TLS", secure.output + secure.errors),
            ("HTTP/2", "\(streams)"),
        ]
    }

    /// The user as the gateway's own namespace has it.
    func gatewaysUser() throws -> uid_t? {
        let map = try run(["cat", "/proc/\(stage.gateway.pid)/uid_map"]).output.split { $0 == " " || $0 == "\n" }
        let status = try run(["cat", "/proc/\(stage.gateway.pid)/status"]).output.split(separator: "\n")
        let outside = status.first { $0.hasPrefix("Uid:") }?.split(separator: "\t")[2]
        guard map.count == 3, let (inside, first) = Optional((map[0], map[1])),
            let user = outside.flatMap({ uid_t($0) }),
            let inside = uid_t(inside), let first = uid_t(first)
        else { return nil }
        return inside + user - first
    }

    func end() throws {
        try stage.end()
        secure.stop()
        local.stop()
    }
}
