internal import Logging
internal import NIOCore
internal import RateLimits
internal import RedisBlacklist
internal import Routes
internal import Synchronization

/// Makes what counts requests: by the Redis of the blacklist, where there is one.
struct RateSetup: Sendable {
    private let policy: GatewayPolicy
    private let memory = RateLimiter()
    private let logger: Logger

    init(policy: GatewayPolicy, logger: Logger) {
        (self.policy, self.logger) = (policy, logger)
    }

    /// For one event loop, on it or before it runs anything.
    func make(on eventLoop: any EventLoop) -> RateControl {
        guard let settings = policy.configuration.blacklist, settings.store == .redis else {
            return RateControl(memory: memory, redis: nil) { _ in }
        }
        let configuration = BlacklistConfiguration(settings, password: policy.blacklistPassword)
        let logger = logger
        return RateControl(memory: memory, redis: RedisRateLimiter(configuration, on: eventLoop)) { failure in
            logger.warning("rates: \("\(failure)".printable); this request is counted in memory")
        }
    }

    /// For whoever asks from elsewhere, by one event loop.
    func limit(on eventLoop: any EventLoop) -> @Sendable ([String], Rate, Int64) async -> Int? {
        let made = NIOLoopBoundBox.makeEmptyBox(valueType: RateControl.self, eventLoop: eventLoop)
        return { keys, rate, now in
            let promise = eventLoop.makePromise(of: Int?.self)
            eventLoop.execute {
                func finish(_ verdict: RateControl.Verdict) {
                    switch verdict {
                    case .within: promise.succeed(nil)
                    case .exceeded(let seconds): promise.succeed(seconds)
                    }
                }
                let control = made.value ?? make(on: eventLoop)
                made.value = control
                if let verdict = control.take(keys, rate, at: now, finish) { finish(verdict) }
            }
            // Fails only when the event loop is gone, and the request with it.
            return (try? await promise.futureResult.get()) ?? nil
        }
    }
}
