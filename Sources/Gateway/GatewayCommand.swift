internal import ArgumentParser

/// The command line. Each subcommand is a file in Commands/.
@main
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "An authentication gateway for applications that have no authentication of their own.",
        version: Version.current,
        subcommands: [
            RunCommand.self, CheckCommand.self, ExplainCommand.self, TokenCommand.self, RevokeCommand.self,
            UsersCommand.self, KeysCommand.self, SecretCommand.self,
        ])
}

enum Version {
    static let current = "0.1.0"
}
