internal import Routes
internal import Synchronization

/// How often something may be asked, by key: a sliding window, estimated from the counts of this window and the last.
final class RateLimiter: Sendable {
    private struct Count {
        var window: Int64
        var current: Int
        var previous: Int
    }

    /// Keys that are remembered; beyond it the oldest windows are dropped.
    static let capacity = 100_000

    private let counts = Mutex<[String: Count]>([:])

    /// Counts one request under every key, unless one of them is used up.
    ///
    /// - Returns: nil, or after how many seconds to ask again.
    func take(_ keys: [String], _ rate: AccountSettings.Rate, at now: Int64) -> Int? {
        let length = max(rate.window.components.seconds * 1000, 1)
        let window = now / length
        let part = Double(now % length) / Double(length)
        return counts.withLock { counts in
            var current: [Count] = []
            for key in keys {
                let count = Self.moved(counts[key], to: window)
                if Double(count.previous) * (1 - part) + Double(count.current) + 1 > Double(rate.count) {
                    return Int((length - now % length + 999) / 1000)
                }
                current.append(count)
            }
            for (key, var count) in zip(keys, current) {
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

    /// The network of an address: /24 of IPv4, /64 of IPv6.
    static func network(of address: String) -> String {
        if address.contains(":") {
            // The first four groups; "::" earlier stands for zeros, which are the same for all of the network.
            let groups = address.split(separator: ":", omittingEmptySubsequences: false)
            let head = groups.prefix { !$0.isEmpty }.prefix(4)
            return head.joined(separator: ":") + "::/64"
        }
        return address.split(separator: ".").prefix(3).joined(separator: ".") + ".0/24"
    }
}
