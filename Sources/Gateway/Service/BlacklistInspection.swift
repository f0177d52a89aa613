internal import Logging
internal import NIOCore
internal import NIOPosix
internal import RedisBlacklist
internal import Routes

/// Reads at start whether Redis keeps what is written to it, and says so if it may not.
struct BlacklistInspection {
    let policy: GatewayPolicy
    let group: MultiThreadedEventLoopGroup
    let readiness: Readiness

    func report(to logger: Logger) async {
        guard let settings = policy.configuration.blacklist, settings.store == .redis else { return }
        let administrator = BlacklistAdministrator(
            configuration: BlacklistConfiguration(settings, password: policy.blacklistPassword), eventLoop: group.any())
        do throws(BlacklistFailure) {
            let inspection = try await administrator.inspectServer()
            for warning in Self.warnings(inspection) {
                logger.warning("blacklist: \(warning.printable)")
                readiness.warn(warning.printable)
            }
        } catch {
            logger.warning("blacklist: its settings could not be read: \("\(error)".printable)")
        }
    }

    static func warnings(_ inspection: ServerInspection) -> [String] {
        var warnings: [String] = []
        if case .unknown(let reason) = inspection.eviction {
            warnings.append("whether Redis drops logouts when it is full is not known: \(reason)")
        }
        if case .possible(let policy, let maximum) = inspection.eviction {
            let condition = maximum > 0 ? "" : " once maxmemory is set"
            warnings.append(
                "Redis drops logouts silently when it is full\(condition): maxmemory-policy is \(policy); set noeviction"
            )
        }
        switch inspection.persistence {
        case .appendOnlyFile: break
        case .snapshots:
            warnings.append("Redis forgets the logouts since its last snapshot when it crashes: set appendonly yes")
        case .none: warnings.append("Redis forgets all logouts at a restart: set appendonly yes")
        case .unknown(let reason): warnings.append("whether Redis keeps logouts over a restart is not known: \(reason)")
        }
        return warnings
    }
}

extension String {
    /// For a log line: what came from elsewhere can't begin a line of its own.
    var printable: String {
        String(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}
