/// When a server is taken out of turn: so many requests in a row to which it gave no answer.
package struct EjectionRule: Sendable, Equatable {
    package var failures: Int
    package var nanoseconds: UInt64

    package init(failures: Int, nanoseconds: UInt64) {
        self.failures = failures
        self.nanoseconds = nanoseconds
    }
}

/// What is remembered of how a server did: at requests, and at health checks. Neither knows of the other: a server that answers
/// its check and no request stays ejected, and no answer to a request makes a failed check good.
package struct ServerHealth: Sendable {
    package enum Change: Sendable, Equatable {
        case ejected, back
        /// Health checks failed, the last one for this reason.
        case down(String)
        case up
    }

    /// In a row.
    private var failures = 0
    private var wasEjected = false
    /// Checks in a row that say otherwise than what is held of the server.
    private var contraryChecks = 0
    /// By its health checks.
    package private(set) var isDown = false
    package private(set) var ejections: UInt64 = 0
    package private(set) var failedChecks: UInt64 = 0
    /// 0: it was never ejected, or is back.
    package private(set) var ejectedUntil: UInt64 = 0

    package init() {}

    package var isTroubled: Bool { failures > 0 || wasEjected }

    package func isEjected(at now: UInt64) -> Bool { now < ejectedUntil }

    /// Until when requests go to other servers.
    package var outUntil: UInt64 { isDown ? .max : ejectedUntil }

    /// - Returns: the change that is to be told.
    package mutating func failed(at now: UInt64, _ rule: EjectionRule) -> Change? {
        // Requests that were under way when it was ejected tell nothing new.
        guard !isEjected(at: now) else { return nil }
        failures += 1
        guard failures >= rule.failures else { return nil }
        // Once its time is over, one failure is enough to eject it again.
        failures = rule.failures - 1
        ejectedUntil = now &+ rule.nanoseconds
        ejections &+= 1
        defer { wasEjected = true }
        return wasEjected ? nil : .ejected
    }

    /// An answer, also one that was asked for before the ejection, ends nothing before its time.
    package mutating func succeeded(at now: UInt64) -> Change? {
        guard !isEjected(at: now) else { return nil }
        failures = 0
        ejectedUntil = 0
        defer { wasEjected = false }
        return wasEjected ? .back : nil
    }

    /// - Returns: the change that is to be told.
    package mutating func checked(_ result: CheckResult, _ rule: HealthCheckRule) -> Change? {
        if case .failed = result { failedChecks &+= 1 }
        guard result.isPassed == isDown else {
            contraryChecks = 0
            return nil
        }
        contraryChecks += 1
        guard contraryChecks >= (isDown ? rule.passes : rule.fails) else { return nil }
        contraryChecks = 0
        isDown.toggle()
        if case .failed(let reason) = result { return .down(reason) }
        return .up
    }
}
