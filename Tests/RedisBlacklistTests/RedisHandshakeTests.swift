import NIOCore
import RedisBlacklist
import Testing

@Suite("The handshake comes before every lookup")
struct RedisHandshakeTests {
    private let ok = RedisReply.status(Array("OK".utf8))
    private let key = Array("blacklist:".utf8)

    @Test("Without password and database there is only the first lookup")
    func plain() {
        var handshake = RedisHandshake(BlacklistConfiguration(host: "h", port: 1))
        #expect(handshake.commands == [.exists(key)])
        #expect(handshake.receive(.integer(0)) == .completed)
        #expect(handshake.receive(.integer(0)) == .failed(.protocolViolation(.unasked)))
    }

    @Test("Password, database and first lookup are answered in order")
    func full() {
        var handshake = RedisHandshake(
            BlacklistConfiguration(host: "h", port: 1, database: 3, user: "u", password: [1]))
        #expect(handshake.commands == [.authenticate(user: "u", password: [1]), .select(3), .exists(key)])
        #expect(handshake.receive(ok) == .awaiting)
        #expect(handshake.receive(ok) == .awaiting)
        #expect(handshake.receive(.integer(1)) == .completed)
    }

    @Test("A refused password is told by its code only, for the text may repeat the password")
    func hidesPassword() {
        var handshake = RedisHandshake(BlacklistConfiguration(host: "h", port: 1, password: [1]))
        let reply = ErrorReply("ERR unknown command 'AUTH', with args beginning with: 'secret'".utf8)
        #expect(handshake.receive(.error(reply)) == .failed(.handshakeRefused(.authenticate, ErrorReply("ERR".utf8))))
    }

    @Test("A refused first lookup says why")
    func loading() {
        var handshake = RedisHandshake(BlacklistConfiguration(host: "h", port: 1))
        let reply = ErrorReply("LOADING Redis is loading the dataset in memory".utf8)
        #expect(reply.code == "LOADING")
        #expect(handshake.receive(.error(reply)) == .failed(.handshakeRefused(.probe, reply)))
    }

    @Test(
        "A reply of another type is not taken for success",
        arguments: [RedisReply.absent, .status([]), .string([]), .array([])])
    func wrongType(reply: RedisReply) {
        var handshake = RedisHandshake(BlacklistConfiguration(host: "h", port: 1))
        #expect(handshake.receive(reply) == .failed(.protocolViolation(.unexpectedType)))
    }
}
