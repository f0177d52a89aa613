import RedisBlacklist
import Testing

@Suite("Whatever Redis says to an errand, it is done once, wholly or not at all")
struct ErrandModelTests {
    private static let commands = [RedisCommand.set([1], value: [2], milliseconds: 3), .configGet("save")]
    private static let replies: [RedisReply] = [
        .integer(0), .integer(0), .status(Array("OK".utf8)), .status(Array("OK".utf8)), .absent, .array([]),
        .error(ErrorReply("ERR no".utf8)),
    ]

    @Test("Ten thousand random sequences of replies and failures")
    func sequences() {
        Sequences.run(10_000) { chance in
            let configuration = BlacklistConfiguration(
                host: "h", port: 1, database: chance.below(2), password: chance.oneIn(2) ? [1] : nil)
            let handshake = RedisHandshake(configuration)
            var machine = ErrandStateMachine(Self.commands, handshake: handshake)
            guard machine.connected() == .send(handshake.commands) else { return "no handshake" }
            var (sent, ends, received) = (false, 0, [RedisReply]())
            for _ in 0..<12 {
                let reply = chance.element(of: Self.replies)
                let isLost = chance.oneIn(10)
                if sent, !isLost { received.append(reply) }
                switch isLost ? machine.fail(.connectionLost) : machine.receive(reply) {
                case .awaitMore: if sent, ends == 0, received.count >= Self.commands.count { return "forgotten" }
                case .send(let commands):
                    if sent || ends > 0 || commands != Self.commands { return "sent \(commands)" }
                    sent = true
                case .finish(let replies):
                    if ends > 0 || !sent || replies != received || replies.count != Self.commands.count {
                        return "finished with \(replies)"
                    }
                    ends += 1
                case .fail:
                    if ends > 0 { return "failed behind the end" }
                    if sent, !isLost { return "a reply to a command is no failure" }
                    ends += 1
                }
            }
            return nil
        }
    }
}
