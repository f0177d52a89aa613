package import NIOCore

/// Counts requests in Redis, for all gateways together; one for each event loop, and confined to it.
package final class RedisRateLimiter {
    package enum Verdict: Sendable, Equatable {
        case counted
        /// One of the keys is used up; ask again after so many milliseconds.
        case usedUp(Int64)
        case unavailable(BlacklistFailure)
    }

    private let session: RedisSession

    package init(_ configuration: BlacklistConfiguration, on eventLoop: any EventLoop) {
        session = RedisSession(configuration, on: eventLoop)
    }

    /// Counts one request under every key, unless one of them is used up. Atomic, by the server's clock.
    ///
    /// - Parameters:
    ///   - keys: whole, prefix included.
    ///   - window: milliseconds.
    package func take(
        _ keys: [[UInt8]], limit: Int, window: Int64, _ completion: @escaping (Verdict) -> Void
    ) {
        let command = RedisCommand.evaluate(
            script: Self.script, keys: keys, arguments: [Array("\(limit)".utf8), Array("\(window)".utf8)])
        session.run(command) { result in
            switch result {
            case .success(.integer(0)): completion(.counted)
            case .success(.integer(let milliseconds)): completion(.usedUp(milliseconds))
            case .success(.error(let error)): completion(.unavailable(.errorReply(error)))
            case .success: completion(.unavailable(.protocolViolation(.unexpectedType)))
            case .failure(let failure): completion(.unavailable(failure))
            }
        }
    }

    package func close() { session.close() }

    /// A hash for each key: w, the number of the window; c and p, the counts of it and of the one before. The estimate is
    /// `RateLimiter`'s.
    private static let script = Array(
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local limit, length = tonumber(ARGV[1]), tonumber(ARGV[2])
        local window, part = math.floor(now / length), (now % length) / length
        local counts = {}
        for i, key in ipairs(KEYS) do
            local known = redis.call('HMGET', key, 'w', 'c', 'p')
            local w, c, p = tonumber(known[1]), tonumber(known[2]) or 0, tonumber(known[3]) or 0
            if w == window - 1 then c, p = 0, c elseif w ~= window then c, p = 0, 0 end
            if p * (1 - part) + c + 1 > limit then return math.max(length - now % length, 1) end
            counts[i] = { c + 1, p }
        end
        for i, key in ipairs(KEYS) do
            redis.call('HSET', key, 'w', window, 'c', counts[i][1], 'p', counts[i][2])
            redis.call('PEXPIRE', key, 2 * length)
        end
        return 0
        """.utf8)
}
