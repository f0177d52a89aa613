internal import Accounts
internal import Logging
internal import NIOCore
internal import Routes

/// What an operator wants to read after a start: what listens where, how many rules, which tokens, which blacklist.
struct StartupReport {
    let policy: GatewayPolicy
    let threads: Int

    func log(_ logger: Logger, channels: [any Channel]) {
        let configuration = policy.configuration
        for (channel, listener) in zip(channels, configuration.listeners) {
            let scheme = listener.tls == nil ? "http" : "https"
            let use = listener.redirectPort.map { ", redirecting to https at port \($0)" } ?? ""
            logger.notice("listening at \(scheme)://\(channel.addressText) with \(threads) event loop(s)\(use)")
        }
        let budget = DescriptorBudget(configuration.limits)
        logger.notice(
            "at most \(budget.connections) connections and \(budget.requests) requests at a time; \(budget.descriptors) descriptors"
        )
        if let warning = budget.warning { logger.warning("\(warning)") }
        let upstreams = configuration.upstreams.map { upstream in
            ([upstream.name] + upstream.servers.map { $0.text + upstream.basePath })
                .joined(separator: " ")
        }.joined(separator: ", ")
        logger.notice("\(configuration.rules.count.counted("rule")) of \(configuration.file); upstreams: \(upstreams)")
        if let tokens = configuration.tokens {
            let own = policy.signingKeys?.materials.map { _ in "HS256, the gateway's own" } ?? []
            let keys = tokens.keys.map(\.algorithm.rawValue) + own
            logger.notice("tokens: \(keys.count) key(s) (\(keys.joined(separator: "; ")))")
        } else {
            logger.notice("tokens: none are read; every rule is public or deny")
        }
        if configuration.blacklist?.store == .sqlite {
            logger.notice("blacklist: in the accounts' database, for this gateway alone")
        } else if let blacklist = configuration.blacklist {
            let use =
                blacklist.mode == .ask
                ? "asked on every request with a token" : "copied, and asked while there is no copy"
            logger.notice("blacklist: redis \(blacklist.host):\(blacklist.port)/\(blacklist.database), \(use)")
        } else {
            logger.warning("blacklist: none is consulted, so a token is good until it expires, also after a logout")
        }
    }
}
