/// How many requests to an upstream may be sent a second time: a share of those that there were in the last ten seconds.
///
/// Where everything fails, everything would be repeated, just when there is least to spare. Each event loop has its own, so
/// that a request costs one addition.
package struct RetryBudget: Sendable {
    private static let slotCount = 10
    private static let slotNanoseconds: UInt64 = 1_000_000_000

    private struct Slot {
        var requests = 0
        var retries = 0
    }

    /// 0: none is sent again.
    private let percent: Int
    private var current = Slot()
    /// The slots before the current one, the oldest at `position`.
    private var past = [Slot](repeating: Slot(), count: slotCount - 1)
    private var position = 0
    private var currentEnd: UInt64 = 0

    package init(percent: Int) {
        self.percent = percent
    }

    /// A request goes to the upstream for the first time.
    package mutating func count() { current.requests &+= 1 }

    /// - Returns: whether a request may be sent again; it counts as sent then.
    package mutating func spend() -> Bool {
        guard percent > 0 else { return false }
        var (requests, retries) = (current.requests, current.retries)
        for slot in past {
            requests += slot.requests
            retries += slot.retries
        }
        guard retries < max(EngineLimits.leastRetries, requests * percent / 100) else { return false }
        current.retries += 1
        return true
    }

    /// What is older than the window is forgotten. Several times a second is enough.
    package mutating func advance(to now: UInt64) {
        // Once round, and nothing is left.
        for _ in 0..<Self.slotCount where now >= currentEnd {
            past[position] = current
            position = (position + 1) % past.count
            current = Slot()
            currentEnd &+= Self.slotNanoseconds
        }
        if now >= currentEnd { currentEnd = now &+ Self.slotNanoseconds }
    }
}
