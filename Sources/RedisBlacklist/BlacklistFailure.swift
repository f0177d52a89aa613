/// Why the blacklist can't be consulted.
package enum BlacklistFailure: Error, Sendable, Equatable {
    /// `start()` was not called yet, or `shutdown()` was.
    case notRunning
    /// No connection could be made; the reason in words (refused, unknown host, timed out).
    case unreachable(String)
    /// The server refused a step before the first lookup: a wrong password, no such database, still loading.
    case handshakeRefused(HandshakeStep, ErrorReply)
    case handshakeTimedOut
    /// The server closed the connection, or it broke.
    case connectionLost
    /// No answer within the lookup's deadline.
    case deadlineExceeded
    /// The peer does not speak Redis's protocol, or answers what was not asked.
    case protocolViolation(ReplyFault)
    /// The server answered a command with an error (WRONGTYPE, LOADING, NOPERM, …).
    case errorReply(ErrorReply)
    /// More lookups are under way than `BlacklistLimits.pendingLookups`.
    case queueFull
}

extension BlacklistFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notRunning: "not running"
        case .unreachable(let reason): "unreachable: \(reason)"
        case .handshakeRefused(let step, let error): "\(step.rawValue) refused: \(error.message)"
        case .handshakeTimedOut: "connected, but no answer"
        case .connectionLost: "connection lost"
        case .deadlineExceeded: "no answer within the deadline"
        case .protocolViolation(let fault): "protocol violation: \(fault.rawValue)"
        case .errorReply(let error): "error reply: \(error.message)"
        case .queueFull: "too many lookups under way"
        }
    }
}
