internal import Synchronization

/// What all event loops know together of the servers of one upstream.
package final class UpstreamStates: Sendable {
    package typealias Report = @Sendable (_ server: Int, _ change: ServerHealth.Change) -> Void

    /// One server. On the way of a request one number is read; the lock is for what seldom happens.
    final class Server: Sendable {
        /// Requests at it, from all event loops; counted where that decides.
        let load = Atomic<Int>(0)
        private let health = Mutex(ServerHealth())
        private let ejectedUntil = Atomic<UInt64>(0)
        private let isTroubled = Atomic<Bool>(false)

        func isEjected(at now: UInt64) -> Bool { now < ejectedUntil.load(ordering: .relaxed) }

        func failed(at now: UInt64, _ rule: EjectionRule) -> ServerHealth.Change? {
            change { $0.failed(at: now, rule) }
        }

        func succeeded(at now: UInt64) -> ServerHealth.Change? {
            guard isTroubled.load(ordering: .relaxed) else { return nil }
            return change { $0.succeeded(at: now) }
        }

        private func change(_ body: (inout ServerHealth) -> ServerHealth.Change?) -> ServerHealth.Change? {
            health.withLock { health in
                let change = body(&health)
                ejectedUntil.store(health.ejectedUntil, ordering: .relaxed)
                isTroubled.store(health.isTroubled, ordering: .relaxed)
                return change
            }
        }
    }

    let servers: [Server]
    let report: Report

    package init(count: Int, report: @escaping Report) {
        servers = (0..<count).map { _ in Server() }
        self.report = report
    }
}

extension UpstreamStates: Equatable {
    /// An upstream is the same with whatever happened to it: a reload keeps what is known.
    package static func == (one: UpstreamStates, other: UpstreamStates) -> Bool { true }
}
