import NIOCore
import RedisBlacklist
import Testing

@Suite("A real Redis lets in whom it should")
struct HandshakeTests {
    private static let password = Array("correct horse".utf8)

    @Test("The password opens the server")
    func password() async throws {
        let server = try await RedisServer.start(options: ["--requirepass", "correct horse"])
        try await ClientUnderTest.with(server, { $0.password = Self.password }) { client async throws in
            #expect(try await client.check("blacklist:t") == .clear)
        }
    }

    @Test("A wrong password is told, refuses lookups at once, and is mended on the server without a restart")
    func wrongPassword() async throws {
        let server = try await RedisServer.start(options: ["--requirepass", "other"])
        try await ClientUnderTest.with(server, { $0.password = Self.password }) { client async throws in
            let failure = BlacklistFailure.handshakeRefused(.authenticate, ErrorReply("WRONGPASS".utf8))
            try await client.change("refusal") { $0 == .handshakeFailed(failure) }
            let (answer, isImmediate) = try await client.checkNoting("blacklist:t")
            #expect(answer == .unavailable(failure))
            #expect(isImmediate)
            try await server.command("-a", "other", "CONFIG", "SET", "requirepass", "correct horse")
            try await client.connected()
            #expect(try await client.check("blacklist:t") == .clear)
        }
    }

    @Test("A missing password is told")
    func missingPassword() async throws {
        let server = try await RedisServer.start(options: ["--requirepass", "other"])
        try await ClientUnderTest.with(server) { client async throws in
            let error = ErrorReply("NOAUTH Authentication required.".utf8)
            try await client.change("refusal") { $0 == .handshakeFailed(.handshakeRefused(.probe, error)) }
        }
    }

    @Test("A database that does not exist is told")
    func unknownDatabase() async throws {
        let server = try await RedisServer.start()
        try await ClientUnderTest.with(server, { $0.database = 99 }) { client async throws in
            let error = ErrorReply("ERR DB index is out of range".utf8)
            try await client.change("refusal") { $0 == .handshakeFailed(.handshakeRefused(.select, error)) }
            #expect(try await !client.isReady)
        }
    }

    @Test("A user who may do nothing but EXISTS and GET under the prefix is enough")
    func leastPrivilege() async throws {
        let server = try await RedisServer.start()
        try await server.command("ACL", "SETUSER", "gate", "on", ">correct horse", "~blacklist:*", "+exists", "+get")
        try await ClientUnderTest.with(
            server,
            {
                $0.user = "gate"
                $0.password = Self.password
                $0.limits.probeInterval = .milliseconds(10)
            }
        ) { client async throws in
            #expect(try await client.check("blacklist:t", subject: "blacklist:sub:u") == .clear)
            guard case .unavailable(.errorReply(let error)) = try await client.check("elsewhere:t") else {
                Issue.record("not refused")
                return
            }
            #expect(error.code == "NOPERM")
        }
    }
}
