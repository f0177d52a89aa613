internal import Accounts
internal import AuthFilter
internal import Logging
internal import ProxyEngine
internal import Routes
internal import UnixSignals

/// Reads the configuration again on SIGHUP: rules, tokens, identity, upstreams, limits and what else a request is judged by.
///
/// A file with any error, with an expectation that fails, or with a change that needs a restart leaves everything as it was, and
/// the log says why.
struct Reloader: Sendable {
    let current: CurrentPolicy
    let server: ProxyServer
    let accounts: AccountService?
    let readiness: Readiness
    let log: LogWriter?
    let logger: Logger

    /// - Parameter signals: made before the gateway listens, since a SIGHUP that nobody traps ends the process.
    func watch(_ signals: UnixSignalsSequence) async {
        for await _ in signals {
            reopenLog()
            do throws(Refusal) {
                try await reload()
                readiness.reloaded(failure: nil)
            } catch {
                for line in error.lines { logger.error("reload: \(line.printable)") }
                logger.error("reload: refused; the old configuration stays in force")
                readiness.reloaded(failure: "the last reload was refused: \(error.lines.first ?? "")")
            }
        }
    }

    /// The log's file may have been renamed.
    func reopenLog() {
        let logger = logger
        log?.reopen { failure in
            if let failure { logger.error("\(failure.description.printable): the old file stays in use") }
        }
    }

    /// Why the configuration can't be taken up.
    private struct Refusal: Error {
        let lines: [String]
    }

    private func reload() async throws(Refusal) {
        let old = current.policy
        let file = old.configuration.file
        let new: GatewayPolicy
        switch PolicyLoader(file: file).load(.everythingMustBeThere, generation: old.generation + 1, makesKeys: true) {
        case .failed(let notes): throw Refusal(lines: notes.filter { $0.severity == .error }.map(\.rendered))
        case .loaded(let policy, let notes):
            for note in notes { logger.warning("reload: \(note.rendered.printable)") }
            new = policy
        }
        let failures = ExpectationRunner(policy: new).run()
        guard failures.isEmpty else { throw Refusal(lines: failures.map { $0.rendered(file) }) }
        let fixed = Self.needRestart(old.configuration, new.configuration)
        guard fixed.isEmpty else {
            throw Refusal(lines: fixed.map { "\(file): \"\($0)\" has changed: that needs a restart" })
        }
        let settings: EngineSettings
        do throws(StartFailure) { settings = try UpstreamSetup.serving(new, logger) } catch {
            throw Refusal(lines: [error.description])
        }
        do {
            try await server.reconfigure(settings) { gatekeeper in
                let verifier = try new.tokens.map { policy throws(KeyError) in try TokenVerifier(policy: policy) }
                (gatekeeper as? AuthenticatingGatekeeper)?.use(new, verifier)
            }
        } catch { throw Refusal(lines: ["\(file): not taken up everywhere, restart: \(error)"]) }
        accounts?.use(origins: new.configuration.cors?.origins ?? [])
        if let keys = new.signingKeys { accounts?.use(keys) }
        current.replace(new)
        logger.notice("reload: the rules of \(file) are in force: \(new.configuration.rules.count)")

    }

    /// What connections, files and threads were made from at the start.
    private static func needRestart(_ old: Configuration, _ new: Configuration) -> [String] {
        var changed: [String] = []
        if old.listeners.map(\.withoutLine) != new.listeners.map(\.withoutLine) { changed.append("listen") }
        if old.admin?.withoutLine != new.admin?.withoutLine { changed.append("admin") }
        if old.blacklist?.withoutLine != new.blacklist?.withoutLine { changed.append("blacklist") }
        if old.accounts?.withoutLine != new.accounts?.withoutLine { changed.append("accounts") }
        if old.log != new.log { changed.append("log") }
        return changed
    }
}

// Where in the file something stands is no difference.

extension Listener {
    fileprivate var withoutLine: Listener {
        var copy = Listener(host: host, port: port, line: 0)
        copy.redirectPort = redirectPort
        copy.tls = tls
        for index in tls?.certificates.indices ?? 0..<0 { copy.tls?.certificates[index].line = 0 }
        return copy
    }
}

extension BlacklistSettings {
    fileprivate var withoutLine: BlacklistSettings {
        var copy = self
        copy.line = 0
        return copy
    }
}

extension AccountSettings {
    fileprivate var withoutLine: AccountSettings {
        var copy = self
        copy.line = 0
        return copy
    }
}
