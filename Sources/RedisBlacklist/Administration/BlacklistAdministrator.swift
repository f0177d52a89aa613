package import NIOCore

/// What is done to the blacklist now and then, on a connection made for it: write an entry, look at the server.
package struct BlacklistAdministrator: Sendable {
    private let configuration: BlacklistConfiguration
    private let eventLoop: any EventLoop

    package init(configuration: BlacklistConfiguration, eventLoop: any EventLoop) {
        self.configuration = configuration
        self.eventLoop = eventLoop
    }

    /// Sets a key for a time (at least a millisecond). Returns when the server has confirmed it.
    package func set(_ key: [UInt8], to value: [UInt8], for lifetime: TimeAmount) async throws(BlacklistFailure) {
        let milliseconds = max(lifetime.nanoseconds / 1_000_000, 1)
        let replies = try await run([.set(key, value: value, milliseconds: milliseconds)])
        switch replies.first {
        case .status: return
        case .error(let error): throw .errorReply(error)
        case .integer, .string, .absent, .array, nil: throw .protocolViolation(.unexpectedType)
        }
    }

    /// Reads whether the server keeps what is written to it.
    package func inspectServer() async throws(BlacklistFailure) -> ServerInspection {
        guard let inspection = ServerInspection(replies: try await run(ServerInspection.commands)) else {
            throw .protocolViolation(.unasked)
        }
        return inspection
    }

    private func run(_ commands: [RedisCommand]) async throws(BlacklistFailure) -> [RedisReply] {
        let outcome: RedisErrand.Outcome
        do {
            outcome = try await RedisErrand.run(commands, configuration, on: eventLoop).get()
        } catch {
            throw .notRunning  // the promise is never failed: the event loop itself is gone
        }
        return try outcome.get()
    }
}
