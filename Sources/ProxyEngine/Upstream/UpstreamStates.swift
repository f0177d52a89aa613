internal import Synchronization

/// What all event loops know together of the servers of one upstream.
package final class UpstreamStates: Sendable {
    package typealias Report = @Sendable (_ server: String, _ change: ServerHealth.Change) -> Void

    /// One server. On the way of a request one number is read; the lock is for what seldom happens.
    final class Server: Sendable {
        /// As the file names it.
        let name: String
        /// Requests at it, from all event loops; counted where that decides.
        let load = Atomic<Int>(0)
        private let health = Mutex(ServerHealth())
        private let outUntil = Atomic<UInt64>(0)
        private let isTroubled = Atomic<Bool>(false)

        init(name: String) {
            self.name = name
        }

        /// Compared and exchanged, so that there is never one more than the limit.
        func enter(limit: Int) -> Bool {
            var count = load.load(ordering: .sequentiallyConsistent)
            while count < limit {
                let outcome = load.weakCompareExchange(
                    expected: count, desired: count + 1, ordering: .sequentiallyConsistent)
                if outcome.exchanged { return true }
                count = outcome.original
            }
            return false
        }

        func leave() { load.subtract(1, ordering: .sequentiallyConsistent) }

        /// Ejected, or down by its health checks.
        func isOut(at now: UInt64) -> Bool { now < outUntil.load(ordering: .relaxed) }

        func failed(at now: UInt64, _ rule: EjectionRule) -> ServerHealth.Change? {
            change { $0.failed(at: now, rule) }
        }

        func succeeded(at now: UInt64) -> ServerHealth.Change? {
            guard isTroubled.load(ordering: .relaxed) else { return nil }
            return change { $0.succeeded(at: now) }
        }

        func checked(_ result: CheckResult, _ rule: HealthCheckRule) -> ServerHealth.Change? {
            change { $0.checked(result, rule) }
        }

        /// All that is remembered, as it is now.
        var known: ServerHealth { health.withLock { $0 } }

        private func change(_ body: (inout ServerHealth) -> ServerHealth.Change?) -> ServerHealth.Change? {
            health.withLock { health in
                let change = body(&health)
                outUntil.store(health.outUntil, ordering: .relaxed)
                isTroubled.store(health.isTroubled, ordering: .relaxed)
                return change
            }
        }
    }

    let servers: [Server]
    /// Requests that wait for one of them to have room.
    let line = WaitingLine()
    private let sentAgain = Atomic<UInt64>(0)
    private let notSentAgain = Atomic<UInt64>(0)
    private let report: Report

    /// - Parameters:
    ///   - names: of the servers, in the order of the settings.
    ///   - report: is called for each change, by whichever event loop saw it.
    package init(_ names: [String], report: @escaping Report) {
        servers = names.map { Server(name: $0) }
        self.report = report
    }

    func countRetry(_ isGranted: Bool) {
        if isGranted { sentAgain.add(1, ordering: .relaxed) } else { notSentAgain.add(1, ordering: .relaxed) }
    }

    /// Requests that were sent a second time, and that were not since too many had been.
    var retries: (sent: UInt64, refused: UInt64) {
        (sentAgain.load(ordering: .relaxed), notSentAgain.load(ordering: .relaxed))
    }

    func tell(_ change: ServerHealth.Change?, of server: Int) {
        if let change { report(servers[server].name, change) }
    }
}

extension UpstreamStates: Equatable {
    /// An upstream is the same with whatever happened to it: a reload keeps what is known.
    package static func == (one: UpstreamStates, other: UpstreamStates) -> Bool { true }
}
