internal import ArgumentParser
internal import Glibc

/// `--config FILE`, the same for every subcommand that has no file as its argument.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .customLong("config"), help: ArgumentHelp("The configuration file.", valueName: "file"))
    var file = "routes.conf"

    /// The policy of the file; ends the command where it can't be had.
    func load(_ strictness: PolicyLoader.Strictness = .everythingMustBeThere) throws -> GatewayPolicy {
        switch PolicyLoader(file: file).load(strictness) {
        case .loaded(let policy, _): return policy
        case .failed(let notes):
            for note in notes { Console.error(note) }
            throw ExitCode.failure
        }
    }
}

enum Console {
    static func error(_ note: Note) { error(note.rendered) }
    static func error(_ line: String) { write(line, to: STDERR_FILENO) }
    static func output(_ line: String) { write(line, to: STDOUT_FILENO) }

    private static func write(_ line: String, to descriptor: Int32) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
