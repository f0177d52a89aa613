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

    /// A first word that is no command, or a second one behind a command that has some, gets a suggestion; all else is the parser's.
    static func main() async {
        let words = CommandLine.arguments.dropFirst()
        requireCommand(words.first, of: configuration.subcommands, behind: "")
        if let first = configuration.subcommands.first(where: { $0.configuration.commandName == words.first }) {
            let name = first.configuration.commandName ?? ""
            requireCommand(words.dropFirst().first, of: first.configuration.subcommands, behind: "\(name) ")
        }
        await main(nil)
    }

    private static func requireCommand(_ word: String?, of commands: [any ParsableCommand.Type], behind start: String) {
        let known = commands.compactMap { $0.configuration.commandName } + (start.isEmpty ? ["help"] : [])
        guard !commands.isEmpty, let word, !word.hasPrefix("-"), !known.contains(word) else { return }
        let hint = Suggestion.nearest(to: word, among: known).map { "; did you mean \"\(start)\($0)\"?" } ?? ""
        Console.error(
            "error: there is no command \"\(start)\(word.printable)\"\(hint)\nThe commands: "
                + known.map { start + $0 }.joined(separator: ", "))
        Glibc.exit(64)
    }
}
