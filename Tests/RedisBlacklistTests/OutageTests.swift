import NIOCore
import RedisBlacklist
import Testing

@Suite("Outages refuse, and end without a restart")
struct OutageTests {
    private static let lost = "lost"

    @Test("A frozen Redis fails what was asked at the deadline and everything after it at once, until it thaws")
    func freeze() async throws {
        let server = try await RedisServer.start()
        try await server.command("SET", "blacklist:t", "1")
        try await ClientUnderTest.with(server, { $0.limits.connectTimeout = .milliseconds(200) }) {
            client async throws in
            try await client.connected()
            server.freeze()
            let answers = try await client.checkTogether((0..<100).map { "blacklist:\($0)" })
            #expect(answers == Array(repeating: .unavailable(.deadlineExceeded), count: 100))
            let (_, isImmediate) = try await client.checkNoting("blacklist:t")
            #expect(isImmediate)
            try await client.change("failed attempt") { $0 == .handshakeFailed(.handshakeTimedOut) }
            let second = try await client.checkNoting("blacklist:t")
            #expect(second.answer == .unavailable(.handshakeTimedOut))
            #expect(second.isImmediate)
            server.thaw()
            try await client.connected()
            #expect(try await client.check("blacklist:t") == .revoked)
        }
    }

    @Test("An idle connection to a server that answers no more is given up")
    func idleFreeze() async throws {
        let server = try await RedisServer.start()
        try await ClientUnderTest.with(server, { $0.limits.probeInterval = .milliseconds(10) }) { client async throws in
            try await client.connected()
            server.freeze()
            try await client.change(Self.lost) { $0 == .lost(.deadlineExceeded) }
            server.thaw()
            try await client.connected()
        }
    }

    @Test("A killed Redis is noticed at once, and used again when it is back")
    func killed() async throws {
        let server = try await RedisServer.start()
        try await ClientUnderTest.with(server) { client async throws in
            #expect(try await client.check("blacklist:t") == .clear)
            server.stop()
            try await client.change(Self.lost) { $0 == .lost(.connectionLost) }
            try await client.change("refused") {
                guard case .connectFailed(.unreachable) = $0 else { return false }
                return true
            }
            let (answer, isImmediate) = try await client.checkNoting("blacklist:t")
            #expect(isImmediate)
            #expect(answer != .clear)
            #expect(try await !client.isReady)
            try await server.restart()
            try await client.connected()
            #expect(try await client.check("blacklist:t") == .clear)
        }
    }

    @Test("A Redis that was not there at start is used when it comes")
    func late() async throws {
        let server = try await RedisServer.start()
        server.stop()
        try await ClientUnderTest.with(server) { client async throws in
            let answer = try await client.check("blacklist:t")
            guard case .unavailable(.unreachable(let reason)) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(reason.contains("refused"))
            try await server.restart()
            try await client.connected()
            #expect(try await client.check("blacklist:t") == .clear)
        }
    }

    @Test("A connection the server closes is replaced at once")
    func closedByServer() async throws {
        let server = try await RedisServer.start()
        try await ClientUnderTest.with(server, { $0.limits.stableAfter = .zero }) { client async throws in
            try await client.connected()
            try await server.command("CLIENT", "KILL", "TYPE", "normal")
            try await client.change(Self.lost) { $0 == .lost(.connectionLost) }
            #expect(try await client.check("blacklist:t") == .clear)
        }
    }

    @Test("A host that does not resolve is told")
    func unknownHost() async throws {
        let client = try await ClientUnderTest.start(BlacklistConfiguration(host: "no such host", port: 1))
        try await client.change("failure") {
            guard case .connectFailed(.unreachable(let reason)) = $0 else { return false }
            return !reason.isEmpty
        }
        try await client.shutdown()
    }

    @Test("A peer that does not speak Redis is given up")
    func garbage() async throws {
        let peer = try await ScriptedPeer.start(answer: "HTTP/1.1 400 Bad Request\r\n\r\n")
        let client = try await ClientUnderTest.start(BlacklistConfiguration(host: "127.0.0.1", port: peer.port))
        try await client.change("failure") { $0 == .handshakeFailed(.protocolViolation(.malformed)) }
        try await client.shutdown()
        try await peer.stop()
    }

    @Test("A server that is full, and says so before it is asked, is told")
    func greeting() async throws {
        let server = try await RedisServer.start(options: ["--maxclients", "1"])
        let first = try await ClientUnderTest.start(BlacklistConfiguration(host: "127.0.0.1", port: server.port))
        try await first.connected()
        try await ClientUnderTest.with(server) { second async throws in
            let answer = try await second.check("blacklist:t")
            guard case .unavailable(let failure) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect("\(failure)".contains("max number of clients") || failure == .connectionLost)
            try await first.shutdown()
            try await second.connected()
        }
    }
}
