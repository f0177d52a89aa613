import NIOCore
import RedisBlacklist
import Testing

@Suite("Lookups are answered in order, each with its own replies")
struct LookupTests {
    private static let wrongType = ErrorReply("WRONGTYPE Operation against a key holding the wrong kind of value".utf8)

    @Test("Answers go to those who asked, oldest first")
    func order() throws {
        let test = MachineUnderTest.ready()
        #expect(test.check(1, at: 0) == .send)
        #expect(test.check(2, at: 0) == .send)
        #expect(test.answer(.integer(1)) == Answer(1, .revoked))
        #expect(test.answer(.integer(0)) == Answer(2, .clear))
    }

    static let answers: [(RedisReply, RedisReply, RevocationAnswer)] = [
        (.integer(0), .absent, .clear),
        (.integer(1), .absent, .revoked),
        (.integer(1), .error(wrongType), .revoked),
        (.integer(0), .string(Array("1700000000000".utf8)), .subjectCutoff(milliseconds: 1_700_000_000_000)),
        (.integer(0), .string(Array("100000000000".utf8)), .subjectCutoff(milliseconds: 100_000_000_000)),
        (.integer(0), .string(Array("99999999999".utf8)), .subjectCutoffInvalid),
        (.integer(0), .string(Array("1700000000".utf8)), .subjectCutoffInvalid),
        (.integer(0), .string(Array("-1700000000000".utf8)), .subjectCutoffInvalid),
        (.integer(0), .string(Array("1700000000000.5".utf8)), .subjectCutoffInvalid),
        (.integer(0), .string(Array(" 1700000000000".utf8)), .subjectCutoffInvalid),
        (.integer(0), .string(Array("9223372036854775807".utf8)), .subjectCutoff(milliseconds: .max)),
        (.integer(0), .string(Array("9223372036854775808".utf8)), .subjectCutoffInvalid),
        (.integer(0), .string(Array("99999999999999999999".utf8)), .subjectCutoffInvalid),
        (.integer(0), .string([]), .subjectCutoffInvalid),
        (.integer(0), .string([0xFF]), .subjectCutoffInvalid),
        (.integer(0), .error(wrongType), .unavailable(.errorReply(wrongType))),
        (.error(wrongType), .absent, .unavailable(.errorReply(wrongType))),
        (
            .error(wrongType), .string(Array("1700000000000".utf8)),
            .cutoffOnly(milliseconds: 1_700_000_000_000, .errorReply(wrongType))
        ),
        (.error(wrongType), .string([]), .subjectCutoffInvalid),
    ]

    @Test("Token and subject together give one answer", arguments: answers)
    func combined(exists: RedisReply, get: RedisReply, expected: RevocationAnswer) throws {
        let test = MachineUnderTest.ready()
        #expect(test.check(7, at: 0, subject: true) == .send)
        #expect(test.answer(exists) == nil)
        #expect(test.answer(get) == Answer(7, expected))
    }

    @Test("A subject alone is asked with GET")
    func subjectOnly() throws {
        let test = MachineUnderTest.ready()
        let action = test.check(RevocationQuery(tokenKey: nil, subjectKey: [1]), 5, at: 0)
        #expect(action == .send)
        #expect(test.answer(.absent) == Answer(5, .clear))
    }

    @Test(
        "A reply of a type that EXISTS does not have ends the connection, and nobody is left waiting",
        arguments: [RedisReply.absent, .string([]), .status([]), .array([])])
    func wrongExists(reply: RedisReply) throws {
        let test = MachineUnderTest.ready()
        _ = test.check(1, at: 0, subject: true)
        _ = test.check(2, at: 0)
        let loss = try #require(test.receive(reply, at: 1).loss)
        #expect(loss.waiters == [1, 2])
        #expect(loss.failure == .protocolViolation(.unexpectedType))
        #expect(!test.isReady)
    }

    @Test(
        "So does one that GET does not have, after a good reply to EXISTS",
        arguments: [RedisReply.integer(0), .status([]), .array([])])
    func wrongGet(reply: RedisReply) throws {
        let test = MachineUnderTest.ready()
        _ = test.check(1, at: 0, subject: true)
        #expect(test.answer(.integer(0)) == nil)
        #expect(try #require(test.receive(reply, at: 1).loss).waiters == [1])
    }

    @Test("A reply that nothing asked for ends the connection")
    func unasked() throws {
        let test = MachineUnderTest.ready()
        let loss = try #require(test.receive(.integer(0), at: 1).loss)
        #expect(loss.failure == .protocolViolation(.unasked))
    }

    @Test("Lookups beyond the bound are refused, and those within go on")
    func bound() throws {
        let test = MachineUnderTest.ready { $0.limits.pendingLookups = 2 }
        #expect(test.check(1, at: 0) == .send)
        #expect(test.check(2, at: 0) == .send)
        #expect(test.check(3, at: 0) == .refuse(.queueFull))
        #expect(test.answer(.integer(0)) == Answer(1, .clear))
        #expect(test.check(4, at: 0) == .send)
    }
}
