/// When a server is taken out of turn: so many requests in a row to which it gave no answer.
package struct EjectionRule: Sendable, Equatable {
    package var failures: Int
    package var nanoseconds: UInt64

    package init(failures: Int, nanoseconds: UInt64) {
        self.failures = failures
        self.nanoseconds = nanoseconds
    }
}

/// What is remembered of how a server did.
package struct ServerHealth: Sendable {
    package enum Change: Sendable, Equatable { case ejected, back }

    /// In a row.
    private var failures = 0
    private var wasEjected = false
    /// 0: it was never ejected, or is back.
    package private(set) var ejectedUntil: UInt64 = 0

    package init() {}

    package var isTroubled: Bool { failures > 0 || wasEjected }

    package func isEjected(at now: UInt64) -> Bool { now < ejectedUntil }

    /// - Returns: the change that is to be told.
    package mutating func failed(at now: UInt64, _ rule: EjectionRule) -> Change? {
        // Requests that were under way when it was ejected tell nothing new.
        guard !isEjected(at: now) else { return nil }
        failures += 1
        guard failures >= rule.failures else { return nil }
        // Once its time is over, one failure is enough to eject it again.
        failures = rule.failures - 1
        ejectedUntil = now &+ rule.nanoseconds
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
}
