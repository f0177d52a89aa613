import NIOCore
import NIOPosix
import RedisBlacklist
import Testing

@Suite("A real Redis is written to and looked at")
struct BlacklistAdministratorTests {
    private func administrator(
        _ server: RedisServer, _ change: (inout BlacklistConfiguration) -> Void = { _ in }
    ) -> BlacklistAdministrator {
        var configuration = BlacklistConfiguration(host: "127.0.0.1", port: server.port)
        change(&configuration)
        return BlacklistAdministrator(
            configuration: configuration, eventLoop: MultiThreadedEventLoopGroup.singleton.next())
    }

    @Test("A key is set with value and time to live")
    func sets() async throws {
        let server = try await RedisServer.start()
        try await administrator(server, { $0.database = 2 })
            .set(Array("blacklist:sub:u".utf8), to: Array("1700000000000".utf8), for: .hours(1))
        #expect(try await server.command("-n", "2", "GET", "blacklist:sub:u") == "1700000000000\n")
        #expect(try await server.command("-n", "2", "EXPIRETIME", "blacklist:sub:u") != "-1\n")
    }

    @Test("What the server refuses is an error")
    func refused() async throws {
        let server = try await RedisServer.start()
        try await server.command("ACL", "SETUSER", "default", "-set")
        let error = await #expect(throws: BlacklistFailure.self) {
            try await administrator(server).set([1], to: [2], for: .seconds(1))
        }
        guard case .errorReply(let reply)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reply.code == "NOPERM")
    }

    @Test("Without a server it is an error too")
    func unreachable() async throws {
        let server = try await RedisServer.start()
        server.stop()
        let error = await #expect(throws: BlacklistFailure.self) {
            _ = try await administrator(server).inspectServer()
        }
        guard case .unreachable? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    static let servers: [([String], ServerInspection.Eviction, ServerInspection.Persistence)] = [
        ([], .never, .none),
        (["--save", "3600 1", "--dir", "/tmp"], .never, .snapshots),
        (
            ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"],
            .possible(policy: "allkeys-lru", maximumMemory: 104_857_600), .none
        ),
        (["--maxmemory-policy", "volatile-lru"], .possible(policy: "volatile-lru", maximumMemory: 0), .none),
        (
            ["--rename-command", "CONFIG", ""], .never,
            .unknown("ERR unknown command 'CONFIG', with args beginning with: 'GET' 'save' ")
        ),
    ]

    @Test("Eviction and persistence are found out", arguments: servers)
    func inspects(
        options: [String], eviction: ServerInspection.Eviction, persistence: ServerInspection.Persistence
    ) async throws {
        let server = try await RedisServer.start(options: options)
        let inspection = try await administrator(server).inspectServer()
        #expect(inspection.eviction == eviction)
        #expect(inspection.persistence == persistence)
    }
}
