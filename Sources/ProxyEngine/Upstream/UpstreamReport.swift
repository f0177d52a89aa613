internal import NIOCore

/// What is known of an upstream now, and what was counted since its settings last changed.
package struct UpstreamReport: Sendable {
    package struct Server: Sendable {
        package let name: String
        package let isEjected: Bool
        /// By its health checks.
        package let isDown: Bool
        package let ejections: UInt64
        package let failedChecks: UInt64
    }

    package let name: String
    package let servers: [Server]
    /// Requests that were sent a second time, and that were not since too many had been.
    package let retries: (sent: UInt64, refused: UInt64)
    /// Requests that wait for a server to have room.
    package let waiting: Int

    /// Requests find no server that is not left out, and are tried at those that are.
    package var hasNoServerLeft: Bool { servers.allSatisfy { $0.isEjected || $0.isDown } }

    init?(_ settings: UpstreamSettings, at now: NIODeadline) {
        guard let states = settings.states else { return nil }
        name = settings.name
        retries = states.retries
        waiting = states.line.count
        servers = states.servers.map { server in
            let known = server.known
            return Server(
                name: server.name, isEjected: known.isEjected(at: now.uptimeNanoseconds), isDown: known.isDown,
                ejections: known.ejections, failedChecks: known.failedChecks)
        }
    }
}
