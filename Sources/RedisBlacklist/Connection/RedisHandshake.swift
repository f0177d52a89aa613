/// The first commands of every connection, sent together, and their replies in order. A value without I/O.
package struct RedisHandshake: Sendable {
    package enum Progress: Sendable, Equatable {
        case awaiting
        case completed
        case failed(BlacklistFailure)
    }

    package let commands: [RedisCommand]
    private var awaited: ArraySlice<HandshakeStep>

    package init(_ configuration: BlacklistConfiguration) {
        var commands: [RedisCommand] = []
        var steps: [HandshakeStep] = []
        if let password = configuration.password {
            commands.append(.authenticate(user: configuration.user, password: password))
            steps.append(.authenticate)
        }
        if configuration.database != 0 {  // a connection starts in 0
            commands.append(.select(configuration.database))
            steps.append(.select)
        }
        commands.append(.exists(configuration.probeKey))
        steps.append(.probe)
        self.commands = commands
        awaited = steps[...]
    }

    /// The first refusal ends it: what follows (SELECT after a refused AUTH) fails for the same reason.
    package mutating func receive(_ reply: RedisReply) -> Progress {
        guard let step = awaited.popFirst() else { return .failed(.protocolViolation(.unasked)) }
        switch (step, reply) {
        case (.authenticate, .error(let error)): return .failed(.handshakeRefused(step, error.withoutText))
        case (_, .error(let error)): return .failed(.handshakeRefused(step, error))
        case (.authenticate, .status), (.select, .status), (.probe, .integer):
            return awaited.isEmpty ? .completed : .awaiting
        case (_, .integer), (_, .string), (_, .status), (_, .absent), (_, .array):
            return .failed(.protocolViolation(.unexpectedType))
        }
    }
}
