package import NIOCore

/// Every bound of this module in one place.
package struct BlacklistLimits: Sendable {
    /// Lookups of one event loop that are under way or wait for the first connection. At 4096 and 250 ms a loop would
    /// have to fall behind at 16,000 lookups a second before one is refused.
    package var pendingLookups = 4096
    /// For name resolution and TCP; for the handshake again the same.
    package var connectTimeout = TimeAmount.seconds(1)
    /// A connection that asked nothing for so long is probed: a peer that vanished without FIN is noticed then.
    package var probeInterval = TimeAmount.seconds(2)
    /// A connection that lived at least this long and is closed by the server is replaced at once, and lookups wait
    /// for the replacement; a younger one is a failure like any other, so that nothing spins.
    package var stableAfter = TimeAmount.seconds(1)
    package var reconnectFirst = TimeAmount.milliseconds(20)
    package var reconnectMaximum = TimeAmount.seconds(1)

    package init() {}

    /// One read from the socket: a thousand answers to EXISTS.
    static let readBytes = 8 * 1024
}
