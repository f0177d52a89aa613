internal import ArgumentParser
internal import Glibc
internal import Logging
internal import NIOCore
internal import Routes
internal import ServiceLifecycle
internal import UnixSignals

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Serve what the configuration file says, until SIGTERM or SIGINT.",
        discussion: Examples.run)

    @OptionGroup var file: ConfigurationOption

    @Option(help: "Event loops; each has its own thread. Default: one for each core.")
    var threads = System.coreCount

    func validate() throws {
        guard (1...256).contains(threads) else { throw ValidationError("--threads takes a number from 1 to 256.") }
    }

    func run() async throws {
        let policy: GatewayPolicy
        switch PolicyLoader(file: file.file).load(.everythingMustBeThere, makesKeys: true) {
        case .loaded(let loaded, let notes):
            for note in notes { Console.error(note) }
            policy = loaded
        case .failed(let notes):
            for note in notes { Console.error(note) }
            throw ExitCode.failure
        }
        let failures = ExpectationRunner(policy: policy).run()
        guard failures.isEmpty else {
            for failure in failures { Console.error(failure.rendered(policy.configuration.file)) }
            throw ExitCode.failure
        }
        Self.raiseFileLimit()
        signal(SIGPIPE, SIG_IGN)
        // A log that reaches the greatest size of a file is an error of its write, not the end of the gateway.
        signal(SIGXFSZ, SIG_IGN)
        // nginx takes it for an upgrade, which is not here yet; by default it would end the process.
        signal(SIGUSR2, SIG_IGN)
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "gateway")
        logger.logLevel = .notice
        let service = GatewayService(policy: policy, threads: threads, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint, .sigquit], logger: logger))
        do {
            try await group.run()
        } catch {
            Console.error("error: \(error)")
            throw ExitCode.failure
        }
    }

    /// Every connection takes a descriptor, and so does its way to the upstream: take what the system allows.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
