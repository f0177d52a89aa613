internal import Logging
internal import NIOCore
internal import NIOPosix
internal import RedisBlacklist
internal import Routes

/// Reads at start whether Redis keeps what is written to it, and says so if it may not.
struct BlacklistInspection {
    let policy: GatewayPolicy
    let group: MultiThreadedEventLoopGroup

    func report(to logger: Logger) async {
        guard let settings = policy.configuration.blacklist else { return }
        let administrator = BlacklistAdministrator(
            configuration: BlacklistConfiguration(settings, password: policy.blacklistPassword), eventLoop: group.any())
        do throws(BlacklistFailure) {
            let inspection = try await administrator.inspectServer()
            for warning in Self.warnings(inspection) { logger.warning("blacklist: \(warning)") }
        } catch {
            logger.warning("blacklist: its settings could not be read: \(error)")
        }
    }

    static func warnings(_ inspection: ServerInspection) -> [String] {
        var warnings: [String] = []
        if case .possible(let policy, let maximum) = inspection.eviction {
            let condition = maximum > 0 ? "" : " once maxmemory is set"
            warnings.append("Redis drops logouts silently when it is full\(condition): maxmemory-policy is \(policy); set noeviction")
        }
        if case .none = inspection.persistence {
            warnings.append("Redis forgets all logouts at a restart: neither appendonly nor save is set")
        }
        return warnings
    }
}
