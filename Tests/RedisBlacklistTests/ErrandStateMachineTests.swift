import NIOCore
import RedisBlacklist
import Testing

@Suite("An errand has a connection of its own")
struct ErrandStateMachineTests {
    private let commands = [RedisCommand.info(section: "memory"), .configGet("save")]

    private func machine(database: Int = 0) -> ErrandStateMachine {
        let configuration = BlacklistConfiguration(host: "h", port: 1, database: database)
        return ErrandStateMachine(commands, handshake: RedisHandshake(configuration))
    }

    @Test("Its commands are sent after the handshake, and its replies are handed over together")
    func completes() {
        var machine = machine()
        #expect(machine.connected() == .send([.exists(Array("blacklist:".utf8))]))
        #expect(machine.receive(.integer(0)) == .send(commands))
        #expect(machine.receive(.absent) == .awaitMore)
        #expect(machine.receive(.integer(1)) == .finish([.absent, .integer(1)]))
        #expect(machine.fail(.connectionLost) == .awaitMore)
    }

    @Test("Nothing is sent into the wrong database")
    func refusedDatabase() {
        var machine = machine(database: 99)
        _ = machine.connected()
        let error = ErrorReply("ERR DB index is out of range".utf8)
        #expect(machine.receive(.error(error)) == .fail(.handshakeRefused(.select, error)))
        #expect(machine.receive(.integer(0)) == .awaitMore)
    }

    @Test("A failure in the middle is a failure")
    func fails() {
        var machine = machine()
        _ = machine.connected()
        _ = machine.receive(.integer(0))
        _ = machine.receive(.absent)
        #expect(machine.fail(.connectionLost) == .fail(.connectionLost))
    }
}
