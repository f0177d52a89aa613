/// What Redis answers (RESP2).
enum RedisReply: Sendable, Equatable {
    case status(String)
    case error(String)
    case integer(Int)
    case bulk(String?)
    case array([RedisReply])

    func isError(_ prefix: String) -> Bool {
        if case .error(let text) = self { text.hasPrefix(prefix) } else { false }
    }
}

/// The few lines of RESP2 by which a test writes what another program would write.
final class RedisConnection {
    private let socket: Socket
    private let reader: WireReader

    init(port: Int) throws {
        socket = try Socket.connected(to: port)
        reader = WireReader(socket)
    }

    @discardableResult
    func command(_ words: [String]) throws -> RedisReply {
        try send(words)
        return try reply()
    }

    /// All in one write, so that Redis works them off in one turn.
    func send(_ commands: [String]...) throws {
        let request = commands.map { words in
            words.reduce("*\(words.count)\r\n") { $0 + "$\($1.utf8.count)\r\n\($1)\r\n" }
        }
        try socket.send(Array(request.joined().utf8))
    }

    func reply() throws -> RedisReply {
        let line = try reader.line(until: .after())
        let rest = String(line.dropFirst())
        switch (line.first, Int(rest)) {
        case ("+", _): return .status(rest)
        case ("-", _): return .error(rest)
        case (":", let number?): return .integer(number)
        case ("$", -1): return .bulk(nil)
        case ("$", let length?):
            let bytes = try reader.bytes(length + 2, until: .after()).dropLast(2)
            return .bulk(String(decoding: bytes, as: UTF8.self))
        case ("*", let count?): return .array(try (0..<max(0, count)).map { _ in try reply() })
        default: throw HarnessFailure("not RESP: \(line)")
        }
    }
}
