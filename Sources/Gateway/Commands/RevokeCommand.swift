internal import Accounts
internal import ArgumentParser
internal import AuthFilter
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import RedisBlacklist
internal import Routes

struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Log a token out, or all of a user's tokens issued so far.",
        discussion:
            "A whole token is verified first; anything else is taken for a token's id (jti).\n\n\(Examples.revoke)")

    @OptionGroup var file: ConfigurationOption

    @Argument(help: "A token, or the id (jti) of one.")
    var token: String?

    @Option(help: "A subject: all tokens issued to it before now.")
    var sub: String?

    @Option(
        help:
            "How long the entry is kept: at least the life that the tokens have left. Default: a token's own, else 24h or max-lifetime."
    )
    var ttl: String?

    func validate() throws {
        guard (token == nil) != (sub == nil), token != "", sub != ""
        else { throw ValidationError("Give a token, its id, or --sub ID.") }
        guard token?.hasPrefix("sub:") != true else { throw ValidationError("For a user's tokens give --sub ID.") }
        guard ttl == nil || ttl.flatMap(TimeText.seconds) != nil
        else { throw ValidationError("--ttl takes a number with s, m, h or d: 15m.") }
    }

    func run() async throws {
        // Only a whole token needs the keys; its id can be written without them.
        let policy = try file.load(namesToken ? .everythingMustBeThere : .secretsMayBeMissing)
        guard let settings = policy.configuration.blacklist else {
            throw ValidationError("\(file.file) has no blacklist, so nothing would know of it.")
        }
        let entry = try makeEntry(policy, settings)
        switch settings.store {
        case .redis: try await write(entry, toRedis: settings, policy)
        case .sqlite: try await write(entry, toDatabaseOf: policy)
        }
        Console.output("\(String(decoding: entry.key, as: UTF8.self)) for \(entry.seconds) s")
    }

    private func write(_ entry: Entry, toRedis settings: BlacklistSettings, _ policy: GatewayPolicy) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let administrator = BlacklistAdministrator(
            configuration: BlacklistConfiguration(settings, password: policy.blacklistPassword), eventLoop: group.any())
        let failure: BlacklistFailure?
        do throws(BlacklistFailure) {
            try await administrator.set(entry.key, to: entry.value, for: .seconds(Int64(entry.seconds)))
            failure = nil
        } catch {
            failure = error
        }
        try? await group.shutdownGracefully()
        if let failure {
            Console.error("error: redis \(settings.host):\(settings.port): \(failure)")
            throw ExitCode.failure
        }
    }

    /// A running gateway reads it within a moment.
    private func write(_ entry: Entry, toDatabaseOf policy: GatewayPolicy) async throws {
        guard let accounts = policy.configuration.accounts else { return }
        let now = WallTime.milliseconds()
        do throws(RevocationDatabase.Failure) {
            let path = FileAccess.resolve(accounts.database, besides: policy.configuration.file)
            try await RevocationDatabase(path: path).add(
                RevocationEntry(key: entry.key, value: entry.value, expiresAt: now + Int64(entry.seconds) * 1000),
                at: now)
        } catch {
            Console.error("error: \(error)")
            throw ExitCode.failure
        }
    }

    /// Three parts that begin as a JSON object in base64url does; an id may well have dots.
    private var namesToken: Bool {
        guard let token else { return false }
        return token.hasPrefix("ey") && token.split(separator: ".", omittingEmptySubsequences: false).count == 3
    }

    /// How long an entry must be kept when no token tells: a day, or as long as any token may live.
    private func longestLife(_ policy: GatewayPolicy) -> Int {
        let limit = policy.configuration.tokens?.maxLifetime?.components.seconds ?? 0
        return max(86400, Int(limit))
    }

    private struct Entry {
        var key: [UInt8]
        var value: [UInt8]
        var seconds: Int
    }

    private func makeEntry(_ policy: GatewayPolicy, _ settings: BlacklistSettings) throws -> Entry {
        let seconds = ttl.flatMap(TimeText.seconds)
        let now = WallTime.milliseconds()
        if let sub {
            let key = settings.keyPrefix + Array("sub:\(sub)".utf8)
            return Entry(key: key, value: Array("\(now)".utf8), seconds: seconds ?? longestLife(policy))
        }
        guard let token, namesToken else {
            let key = settings.keyPrefix + Array((token ?? "").utf8)
            return Entry(key: key, value: Array("logged-out".utf8), seconds: seconds ?? longestLife(policy))
        }
        guard let tokens = policy.tokens else {
            throw ValidationError("\(file.file) has no tokens block, so no token can be verified.")
        }
        switch try TokenVerifier(policy: tokens).verify(Array(token.utf8).span, at: UnixTime(milliseconds: now)) {
        case .refused(let refusal):
            throw ValidationError("Nothing to revoke: \(refusal.explanation).")
        case .verified(let verified):
            guard let key = verified.tokenKey(prefix: settings.keyPrefix)
            else { throw ValidationError("The token can't be named.") }
            let left = Int((verified.expiresAt.milliseconds - now) / 1000) + 1
            return Entry(key: key, value: Array("logged-out".utf8), seconds: seconds ?? left)
        }
    }
}
