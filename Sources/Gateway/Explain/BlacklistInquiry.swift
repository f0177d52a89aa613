internal import Accounts
internal import AuthFilter
internal import NIOCore
internal import NIOPosix
internal import RedisBlacklist
internal import Routes

/// Asks the blacklist about one token as the gateway would, on a connection made for it.
struct BlacklistInquiry {
    let settings: BlacklistSettings
    let password: [UInt8]?
    /// Of the accounts, where the blacklist is in it.
    let database: String?

    /// Blocks until there is an answer or the deadline has passed.
    func ask(about token: TokenCache.Entry, at now: UnixTime) -> RevocationCheck.Verdict {
        switch settings.store {
        case .redis: askRedis(about: token, at: now)
        case .sqlite: askDatabase(about: token, at: now)
        }
    }

    private func askDatabase(about token: TokenCache.Entry, at now: UnixTime) -> RevocationCheck.Verdict {
        guard let database else { return .unavailable(.notRunning) }
        do throws(RevocationDatabase.Failure) {
            let copy = LoopBlacklist()
            copy.take(try RevocationDatabase(path: database).all(at: now.milliseconds), at: now.milliseconds)
            let check = RevocationCheck(source: copy, settings: settings)
            return check.ask(about: token, at: now) { _ in } ?? .unavailable(.notRunning)
        } catch { return .unavailable(.unreachable(error.description)) }
    }

    private func askRedis(about token: TokenCache.Entry, at now: UnixTime) -> RevocationCheck.Verdict {
        var answer = RevocationCheck.Verdict.unavailable(.notRunning)
        // This thread becomes the event loop, as everything that takes part belongs to one.
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
            let client = BlacklistClient(
                configuration: BlacklistConfiguration(settings, password: password), eventLoop: loop
            ) { _ in }
            let check = RevocationCheck(source: client, settings: settings)
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
