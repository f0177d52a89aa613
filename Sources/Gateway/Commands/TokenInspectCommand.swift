internal import ArgumentParser
internal import AuthFilter

struct TokenInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what is in a token, and what is wrong with it.",
        discussion: """
            Every check is made, whether or not an earlier one failed; the verdict is the one the gateway would reach. \
            Redis is not asked whether the token is logged out: `gateway explain --blacklist` does.

            Exit code 0: the token is valid. 1: it is not, or nobody can say since a key is not there.
            """)

    @Argument(help: "The token; - reads it from standard input.")
    var token: String

    @OptionGroup var file: ConfigurationOption

    func run() throws {
        let policy = try file.load(.secretsMayBeMissing)
        guard let tokens = policy.tokens else {
            throw ValidationError("\(file.file) has no tokens block, so no token is valid.")
        }
        let (word, now) = (try StandardInput.word(for: token), UnixTime.now)
        let verifier: TokenVerifier
        do throws(KeyError) { verifier = try TokenVerifier(policy: tokens) } catch {
            Console.error("error: \(error.explanation)")
            throw ExitCode.failure
        }
        let inspection = TokenInspection(Array(word.utf8), verifier: verifier, at: now)
        Console.output(InspectionText(inspection, policy, at: now).rendered)
        guard case .verified = inspection.verdict else { throw ExitCode.failure }
    }
}
