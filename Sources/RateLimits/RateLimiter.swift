package import Routes
internal import Synchronization

/// How often something may be asked, by key, in the memory of this process: a sliding window, estimated from the counts of this
/// window and the last. Redis counts the same way (`RedisRateLimiter`).
package final class RateLimiter: Sendable {
    private struct Count {
        var window: Int64
        var current: Int
        var previous: Int
    }

    /// Keys that are remembered; beyond it those of past windows are dropped, and if that is not enough, all.
    package static let capacity = 100_000

    private let counts = Mutex<[String: Count]>([:])

    package init() {}

    /// Counts one request under every key, unless one of them is used up.
    ///
    /// - Parameter now: milliseconds.
    /// - Returns: nil, or after how many seconds to ask again.
    package func take(_ keys: [String], _ rate: Rate, at now: Int64) -> Int? {
        let length = rate.milliseconds
        let window = now / length
        let part = Double(now % length) / Double(length)
        return counts.withLock { counts in
            var found: [Count] = []
            for key in keys {
                let count = Self.moved(counts[key], to: window)
                if Double(count.previous) * (1 - part) + Double(count.current) + 1 > Double(rate.count) {
                    return Int((length - now % length + 999) / 1000)
                }
                found.append(count)
            }
            for (key, var count) in zip(keys, found) {
                count.current += 1
                counts[key] = count
            }
            if counts.count > Self.capacity { counts = counts.filter { $0.value.window >= window } }
            if counts.count > Self.capacity { counts.removeAll() }
            return nil
        }
    }

    private static func moved(_ count: Count?, to window: Int64) -> Count {
        guard let count, window - count.window <= 1, window >= count.window
        else { return Count(window: window, current: 0, previous: 0) }
        return count.window == window ? count : Count(window: window, current: 0, previous: count.current)
    }
}
