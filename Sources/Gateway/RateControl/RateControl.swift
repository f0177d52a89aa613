internal import NIOCore
internal import RateLimits
internal import RedisBlacklist
internal import Routes

/// Whether a request is within its rate: counted in Redis where there is one, for all gateways together, else, and while
/// Redis can't be asked, in the memory of this process.
///
/// One for each event loop; the memory is shared by all.
final class RateControl {
    enum Verdict {
        case within
        /// After so many seconds again.
        case exceeded(Int)
    }

    private static let prefix = "rate:"

    private let memory: RateLimiter
    private let redis: RedisRateLimiter?
    private let report: (BlacklistFailure) -> Void

    /// - Parameter report: told why Redis could not be asked.
    init(memory: RateLimiter, redis: RedisRateLimiter?, report: @escaping (BlacklistFailure) -> Void) {
        (self.memory, self.redis, self.report) = (memory, redis, report)
    }

    /// - Returns: the verdict if it is known at once; nil when `completion` will be called with it, once.
    func take(
        _ keys: [String], _ rate: Rate, at now: Int64, _ completion: @escaping (Verdict) -> Void
    ) -> Verdict? {
        guard let redis else { return inMemory(keys, rate, at: now) }
        redis.take(keys.map { Array((Self.prefix + $0).utf8) }, limit: rate.count, window: rate.milliseconds) {
            [self] verdict in
            switch verdict {
            case .counted: completion(.within)
            case .usedUp(let milliseconds): completion(.exceeded(Int((milliseconds + 999) / 1000)))
            case .unavailable(let failure):
                report(failure)
                completion(inMemory(keys, rate, at: now))
            }
        }
        return nil
    }

    private func inMemory(_ keys: [String], _ rate: Rate, at now: Int64) -> Verdict {
        memory.take(keys, rate, at: now).map { .exceeded($0) } ?? .within
    }

    func close() { redis?.close() }
}
