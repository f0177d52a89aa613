package import NIOCore

/// How long to wait before the next attempt: doubling, bounded, and spread, so that the loops of all gateways do not
/// knock at the same instant on a server that has just come back.
package struct ReconnectBackoff: Sendable {
    private let first: TimeAmount
    private let maximum: TimeAmount
    private let random: @Sendable () -> UInt64

    package init(
        first: TimeAmount, maximum: TimeAmount,
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: 0...UInt64.max) }
    ) {
        self.first = first
        self.maximum = maximum
        self.random = random
    }

    /// `failures` is the number of attempts that failed in a row, this one included. The delay lies in the upper half
    /// of the step: 10–20 ms, 20–40 ms, …, 0.5–1 s.
    package func delay(afterFailures failures: Int) -> TimeAmount {
        let doublings = min(max(failures - 1, 0), 30)  // 2^30 times any first step is beyond any maximum
        let step = min(first.nanoseconds << doublings, maximum.nanoseconds)
        let half = max(step / 2, 1)
        return .nanoseconds(step - half + Int64(random() % UInt64(half + 1)))
    }
}
