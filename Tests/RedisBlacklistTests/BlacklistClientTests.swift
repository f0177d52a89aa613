import NIOCore
import RedisBlacklist
import Testing

@Suite("A real Redis is asked")
struct BlacklistClientTests {
    @Test("A key that exists revokes, whatever its type, and one that does not exist does not")
    func anyType() async throws {
        let server = try await RedisServer.start()
        try await server.command("SET", "blacklist:string", "")
        try await server.command("RPUSH", "blacklist:list", "x")
        try await server.command("SADD", "blacklist:set", "x")
        try await server.command("HSET", "blacklist:hash", "f", "x")
        try await server.command("ZADD", "blacklist:zset", "1", "x")
        try await server.command("XADD", "blacklist:stream", "*", "f", "x")
        try await ClientUnderTest.with(server) { client async throws in
            for type in ["string", "list", "set", "hash", "zset", "stream"] {
                #expect(try await client.check("blacklist:\(type)") == .revoked)
            }
            #expect(try await client.check("blacklist:absent") == .clear)
            #expect(try await client.check("blacklist:absent", subject: "blacklist:sub:absent") == .clear)
            #expect(try await client.check() == .clear)
        }
    }

    @Test(
        "A subject's value is read as milliseconds",
        arguments: [
            ("1700000000000", RevocationAnswer.subjectCutoff(milliseconds: 1_700_000_000_000)),
            ("1700000000", .subjectCutoffInvalid),
            ("soon", .subjectCutoffInvalid),
            ("", .subjectCutoffInvalid),
            (String(repeating: "9", count: 40_000), .subjectCutoffInvalid),
        ])
    func subjectValues(value: String, expected: RevocationAnswer) async throws {
        let server = try await RedisServer.start()
        try await server.command("SET", "blacklist:sub:u", value)
        try await ClientUnderTest.with(server) { client async throws in
            #expect(try await client.check("blacklist:t", subject: "blacklist:sub:u") == expected)
            #expect(try await client.check(subject: "blacklist:sub:u") == expected)
        }
    }

    @Test("A subject's key of another type can't be read, and the connection serves on")
    func wrongType() async throws {
        let server = try await RedisServer.start()
        try await server.command("RPUSH", "blacklist:sub:u", "x")
        try await ClientUnderTest.with(server) { client async throws in
            let error = ErrorReply("WRONGTYPE Operation against a key holding the wrong kind of value".utf8)
            #expect(
                try await client.check("blacklist:t", subject: "blacklist:sub:u") == .unavailable(.errorReply(error)))
            #expect(try await client.check("blacklist:t") == .clear)
            #expect(try await client.isReady)
        }
    }

    @Test("A value beyond all reason costs the connection, and a new one is made")
    func hugeValue() async throws {
        let server = try await RedisServer.start()
        try await server.command("SETRANGE", "blacklist:sub:u", "1000000", "x")
        try await ClientUnderTest.with(server) { client async throws in
            try await client.connected()
            #expect(try await client.check(subject: "blacklist:sub:u") == .unavailable(.protocolViolation(.tooLarge)))
            try await client.connected()
            #expect(try await client.check("blacklist:t") == .clear)
        }
    }

    @Test("Binary keys are looked up as they are")
    func binaryKeys() async throws {
        let server = try await RedisServer.start()
        try await server.command("SET", "blacklist:a b\r\nc\"é", "1")
        try await ClientUnderTest.with(server) { client async throws in
            #expect(try await client.check("blacklist:a b\r\nc\"é") == .revoked)
            #expect(try await client.check("blacklist:a b\r\nc\"e") == .clear)
        }
    }

    @Test("A thousand lookups of one tick are answered, each with its own answer")
    func pipelining() async throws {
        let server = try await RedisServer.start()
        let keys = (0..<1000).map { "blacklist:\($0)" }
        for number in stride(from: 0, to: 1000, by: 97) { try await server.command("SET", keys[number], "1") }
        try await ClientUnderTest.with(server) { client async throws in
            let answers = try await client.checkTogether(keys)
            #expect(answers == (0..<1000).map { $0 % 97 == 0 ? .revoked : .clear })
        }
    }

    @Test("Lookups beyond the bound are refused, and the others answered")
    func queueBound() async throws {
        let server = try await RedisServer.start()
        try await ClientUnderTest.with(server, { $0.limits.pendingLookups = 10 }) { client async throws in
            try await client.connected()
            let answers = try await client.checkTogether((0..<12).map { "blacklist:\($0)" })
            #expect(
                answers == Array(repeating: .clear, count: 10) + [.unavailable(.queueFull), .unavailable(.queueFull)])
        }
    }

    @Test("FLUSHALL makes every token good again")
    func flush() async throws {
        let server = try await RedisServer.start()
        try await server.command("SET", "blacklist:t", "1")
        try await ClientUnderTest.with(server) { client async throws in
            #expect(try await client.check("blacklist:t") == .revoked)
            try await server.command("FLUSHALL")
            #expect(try await client.check("blacklist:t") == .clear)
        }
    }

    @Test("The database of the configuration is asked, and no other")
    func database() async throws {
        let server = try await RedisServer.start()
        try await server.command("-n", "3", "SET", "blacklist:t", "1")
        try await ClientUnderTest.with(server, { $0.database = 3 }) { client async throws in
            #expect(try await client.check("blacklist:t") == .revoked)
        }
        try await ClientUnderTest.with(server) { client async throws in
            #expect(try await client.check("blacklist:t") == .clear)
        }
    }

    @Test("After shutdown nothing is asked")
    func shutdown() async throws {
        let server = try await RedisServer.start()
        try await ClientUnderTest.with(server) { client async throws in
            try await client.shutdown()
            let (answer, isImmediate) = try await client.checkNoting("blacklist:t")
            #expect(answer == .unavailable(.notRunning))
            #expect(isImmediate)
        }
    }
}
