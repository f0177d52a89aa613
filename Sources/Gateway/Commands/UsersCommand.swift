internal import Accounts
internal import ArgumentParser
internal import Glibc
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Routes

/// `gateway users …`: what an administrator does to accounts. Works beside a running gateway.
struct UsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Add, list and change accounts.",
        discussion: "What concerns tokens takes effect at once, on a running gateway too.\n\n\(Examples.users)",
        subcommands: [
            UsersAddCommand.self, UsersListCommand.self, UsersSetRoleCommand.self, UsersDisableCommand.self,
            UsersEnableCommand.self, UsersDeleteCommand.self, UsersResetPasswordCommand.self,
            UsersSessionsCommand.self, UsersEndSessionsCommand.self,
        ])
}

struct UsersAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a user; the password is asked for, or the first line of standard input.")

    @OptionGroup var file: ConfigurationOption
    @Argument var email: String
    @Option(help: "Default: the configuration's default-role.") var role: String?

    func run() async throws {
        try await AccountsSession.open(file) { administration, _ in
            let password = try PasswordInput.read()
            try await administration.add(email, password: password, role: role)
        }
    }
}

struct UsersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users, one a line.")

    @OptionGroup var file: ConfigurationOption

    func run() async throws {
        try await AccountsSession.open(file) { administration, _ in
            for user in try await administration.users() {
                let state = user.isDisabled ? "disabled" : "enabled"
                Console.output(
                    "\(user.email)\t\(user.role.printable)\t\(state)\t\(user.createdAt)\t\(user.id)")
            }
        }
    }
}

struct UsersSetRoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-role", abstract: "Change a user's role; the tokens with the old one are refused at once.")

    @OptionGroup var file: ConfigurationOption
    @Argument var email: String
    @Argument var role: String

    func run() async throws { try await AccountsSession.change(file, email, .role(role)) }
}

struct UsersDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Log a user out everywhere, and let nobody log in as them.")

    @OptionGroup var file: ConfigurationOption
    @Argument var email: String

    func run() async throws { try await AccountsSession.change(file, email, .disable) }
}

struct UsersEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let a disabled user log in again.")

    @OptionGroup var file: ConfigurationOption
    @Argument var email: String

    func run() async throws { try await AccountsSession.change(file, email, .enable) }
}

struct UsersDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a user and their sessions.")

    @OptionGroup var file: ConfigurationOption
    @Argument var email: String

    func run() async throws { try await AccountsSession.change(file, email, .delete) }
}

struct UsersResetPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-password",
        abstract: "Set a new password, and end all sessions; it is asked for, or the first line of standard input.")

    @OptionGroup var file: ConfigurationOption
    @Argument var email: String

    func run() async throws {
        try await AccountsSession.change(file, email, .password(try PasswordInput.read()))
    }
}

struct UsersSessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sessions", abstract: "List a user's sessions.")

    @OptionGroup var file: ConfigurationOption
    @Argument var email: String

    func run() async throws {
        try await AccountsSession.open(file) { administration, _ in
            for session in try await administration.sessions(of: email) {
                Console.output(
                    "\(session.id)\t\(session.createdAt)\t\(session.lastUsedAt)\t\(session.address)\t\(session.userAgent.printable)"
                )
            }
        }
    }
}

struct UsersEndSessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-sessions", abstract: "Log a user out everywhere.")

    @OptionGroup var file: ConfigurationOption
    @Argument var email: String

    func run() async throws { try await AccountsSession.change(file, email, .endSessions) }
}

/// The accounts of a configuration, for the time of a command.
private enum AccountsSession {
    static func open(
        _ file: ConfigurationOption,
        _ work: (AccountAdministration, GatewayPolicy) async throws -> Void
    ) async throws {
        // What it does needs no secret but the blacklist's password; missing ones are `run`'s concern.
        let policy = try file.load(.secretsMayBeMissing)
        guard let settings = policy.configuration.accounts else {
            throw ValidationError("\(file.file) has no accounts block.")
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var logger = Logger(label: "gateway")
        logger.logLevel = .critical  // the command says itself what could not be done
        var failure: String?
        do {
            let setup = AccountsSetup(policy: policy, logger: logger)
            let administration = try AccountAdministration(
                settings, database: setup.databasePath(settings),
                revoke: setup.revocation(on: group, embedded: try setup.embeddedBlacklist()),
                now: { WallTime.milliseconds() })
            try await work(administration, policy)
        } catch let error as AccountAdministration.Failure {
            failure = error.description
        } catch let error as StartFailure {
            failure = error.description
        }
        try? await group.shutdownGracefully()
        if let failure {
            Console.error("error: \(failure)")
            throw ExitCode.failure
        }
    }

    static func change(
        _ file: ConfigurationOption, _ email: String, _ change: AccountAdministration.Change
    ) async throws {
        try await open(file) { administration, policy in
            let isComplete = try await administration.change(email, change)
            if policy.configuration.blacklist == nil {
                Console.error("warning: there is no blacklist, so access tokens live on until they expire")
            } else if !isComplete {
                Console.error("warning: the blacklist can't be written now; the running gateway will do it")
            }
        }
    }
}

/// A password from a person, without an echo, or from a program.
private enum PasswordInput {
    static func read() throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine() else { throw ValidationError("There is no password on standard input.") }
            return line
        }
        guard let text = getpass("Password: ") else { throw ValidationError("No password was given.") }
        return String(cString: text)
    }
}
