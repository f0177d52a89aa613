internal import ArgumentParser
internal import Routes

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a configuration file and run its expectations.",
        discussion: """
            Exit code 0: all is well; there may be warnings, unless --strict. 1: there is an error, an expectation fails, \
            or with --strict a warning. A secret that is not there is a warning.

            \(Examples.check)
            """)

    @Argument(help: "The configuration file; - reads it from standard input. Default: routes.conf.")
    var path: String?

    @Option(
        name: .customLong("config"), help: ArgumentHelp("The same, as the other commands have it.", valueName: "file"))
    var config: String?

    private var file: String { path ?? config ?? "routes.conf" }

    func validate() throws {
        guard path == nil || config == nil else { throw ValidationError("Name one file: FILE or --config FILE.") }
    }

    @Flag(help: "One JSON object on standard output, for tools, and nothing else.")
    var json = false

    @Flag(help: "A warning fails the check.")
    var strict = false

    func run() throws {
        let report = makeReport()
        if json { Console.output(report.json.rendered) } else { print(report) }
        guard report.isFine else { throw ExitCode.failure }
    }

    private func makeReport() -> CheckReport {
        switch PolicyLoader(file: file).load(.secretsMayBeMissing) {
        case .failed(let notes): CheckReport(file: file, isStrict: strict, notes: notes)
        case .loaded(let policy, let notes):
            CheckReport(
                file: file, isStrict: strict, notes: notes, rules: policy.configuration.rules.count,
                expectations: policy.configuration.expectations.count, failures: ExpectationRunner(policy: policy).run()
            )
        }
    }

    private func print(_ report: CheckReport) {
        for note in report.notes { Console.error(note) }
        for failure in report.failures { Console.error(failure.rendered(file)) }
        if report.isFine {
            Console.output(
                "\(file): \(report.rules.counted("rule")), \(report.expectations.counted("expectation")) \(report.expectations == 1 ? "holds" : "hold")"
            )
        } else if report.failsOfWarnings {
            Console.error("\(file): there are warnings, and --strict allows none")
        }
    }
}
