/// What happened to the connection, told once for each change: a retry that fails like the one before is not news.
package enum BlacklistStateChange: Sendable, Equatable {
    /// Lookups are answered from now on.
    case connected
    /// A connection that had answered lookups is gone.
    case lost(BlacklistFailure)
    /// No connection could be made.
    case connectFailed(BlacklistFailure)
    /// Connected, but the server refuses or does not answer: a wrong password, no such database, still loading.
    case handshakeFailed(BlacklistFailure)
}
