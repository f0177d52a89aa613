internal import ArgumentParser
internal import Glibc
internal import Routes

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

    /// A first word that is no command gets a suggestion; all else is the parser's.
    static func main() async {
        let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        if let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), !known.contains(word) {
            let hint = Suggestion.nearest(to: word, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
            Console.error(
                "error: there is no command \"\(word.printable)\"\(hint)\nThe commands: \(known.joined(separator: ", "))"
            )
            Glibc.exit(64)
        }
        await main(nil)
    }
}
