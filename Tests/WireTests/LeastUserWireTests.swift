import Glibc
internal import Testing

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
}
