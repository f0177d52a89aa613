internal import AuthFilter
internal import NIOCore
internal import NIOPosix
internal import RedisBlacklist
internal import Routes

/// Asks the blacklist about one token as the gateway would, on a connection made for it.
struct BlacklistInquiry {
    let settings: BlacklistSettings
    let password: [UInt8]?

    /// Blocks until there is an answer or the deadline has passed.
    func ask(about token: TokenCache.Entry, at now: UnixTime) -> RevocationCheck.Verdict {
        var answer = RevocationCheck.Verdict.unavailable(.notRunning)
        // This thread becomes the event loop, as everything that takes part belongs to one.
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
            let client = BlacklistClient(
                configuration: BlacklistConfiguration(settings, password: password), eventLoop: loop
            ) { _ in }
            let check = RevocationCheck(client: client, settings: settings)
            func finish(_ verdict: RevocationCheck.Verdict) {
                answer = verdict
                check.shutDown()
                loop.shutdownGracefully { _ in }
            }
            client.start()
            if let verdict = check.ask(about: token, at: now, finish) { finish(verdict) }
        }
        return answer
    }
}
