internal import Accounts
internal import AuthFilter
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import RedisBlacklist
internal import Routes

/// Makes the accounts of a policy, with the way to its blacklist.
struct AccountsSetup {
    let policy: GatewayPolicy
    let logger: Logger

    /// - Returns: nil where the configuration has no accounts.
    func make(
        on group: MultiThreadedEventLoopGroup, embedded: EmbeddedBlacklist?, rates: RateSetup
    ) throws(StartFailure) -> AccountService? {
        guard let settings = policy.configuration.accounts, let keys = policy.signingKeys,
            let tokens = policy.configuration.tokens
        else { return nil }
        let logger = logger
        let surroundings = AccountService.Surroundings(
            revoke: revocation(on: group, embedded: embedded), limit: rates.limit(on: group.any()),
            report: { line in logger.notice("\(line.printable)") }, now: { WallTime.milliseconds() })
        do throws(AccountService.Failure) {
            return try AccountService(
                settings, database: databasePath(settings),
                tokens: tokens, origins: policy.configuration.cors?.origins ?? [], keys: keys,
                hashingThreads: max(System.coreCount - 1, 1), surroundings)
        } catch { throw StartFailure("\(policy.configuration.file):\(settings.line): \(error)") }
    }

    func databasePath(_ settings: AccountSettings) -> String {
        FileAccess.resolve(settings.database, besides: policy.configuration.file)
    }

    /// - Returns: nil where the configuration has no `blacklist sqlite`.
    func embeddedBlacklist() throws(StartFailure) -> EmbeddedBlacklist? {
        guard policy.configuration.blacklist?.store == .sqlite, let settings = policy.configuration.accounts
        else { return nil }
        do throws(RevocationDatabase.Failure) {
            return EmbeddedBlacklist(try RevocationDatabase(path: databasePath(settings)), logger: logger)
        } catch { throw StartFailure("\(policy.configuration.file):\(settings.line): \(error)") }
    }

    func keyWatch(
        _ accounts: AccountService, _ current: CurrentPolicy, _ gatekeepers: LoopRegistry<AuthenticatingGatekeeper>
    ) -> SigningKeyWatch? {
        guard let settings = policy.configuration.accounts else { return nil }
        return SigningKeyWatch(
            current: current, folder: SigningKeyFolder(besides: databasePath(settings)), accounts: accounts,
            gatekeepers: gatekeepers, logger: logger)
    }

    /// Without a blacklist there is nothing to write to, and a logout ends the session only.
    func revocation(
        on group: MultiThreadedEventLoopGroup, embedded: EmbeddedBlacklist?
    ) -> @Sendable (RevocationEntry) async -> Bool {
        guard let settings = policy.configuration.blacklist else { return { _ in true } }
        if let embedded { return { await embedded.add($0) } }
        let administrator = BlacklistAdministrator(
            configuration: BlacklistConfiguration(settings, password: policy.blacklistPassword), eventLoop: group.any())
        let (prefix, logger) = (settings.prefix, logger)
        return { entry in
            let life = entry.expiresAt - WallTime.milliseconds()
            guard life > 0 else { return true }
            do throws(BlacklistFailure) {
                try await administrator.set(prefix + entry.key, to: entry.value, for: .milliseconds(life))
                return true
            } catch {
                logger.error("blacklist: a logout could not be written: \("\(error)".printable); trying again")
                return false
            }
        }
    }

    /// Until it is cancelled.
    static func maintain(_ service: AccountService) async {
        while !Task.isCancelled {
            await service.maintain(at: WallTime.milliseconds())
            try? await Task.sleep(for: .seconds(2))
        }
    }
}
