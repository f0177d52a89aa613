internal import ArgumentParser
internal import Routes

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a configuration file and run its expectations.",
        discussion: "Exit code 0: all is well, warnings aside. 1: there is an error, or an expectation fails.")

    @Argument(help: "The configuration file.")
    var file = "routes.conf"

    func run() throws {
        switch PolicyLoader(file: file).load(.secretsMayBeMissing) {
        case .failed(let notes):
            for note in notes { Console.error(note) }
            throw ExitCode.failure
        case .loaded(let policy, let notes):
            for note in notes { Console.error(note) }
            let failures = ExpectationRunner(policy: policy).run()
            for failure in failures { Console.error(failure.rendered(file)) }
            guard failures.isEmpty else { throw ExitCode.failure }
            let (rules, expectations) = (policy.configuration.rules.count, policy.configuration.expectations.count)
            Console.output("\(file): \(rules) rules, \(expectations) expectations hold")
        }
    }
}
