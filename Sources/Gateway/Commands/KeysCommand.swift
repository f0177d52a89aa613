internal import Accounts
internal import ArgumentParser
internal import AuthFilter
internal import Routes

/// `gateway keys …`: the gateway's own signing keys. A running gateway takes changes up within a second.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "List, add, rotate and retire the gateway's own signing keys.",
        discussion:
            "The newest key signs, all verify. A running gateway takes up a change within a second.\n\n\(Examples.keys)",
        subcommands: [KeysListCommand.self, KeysAddCommand.self, KeysRotateCommand.self, KeysRetireCommand.self])
}

struct KeysListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the keys: name, state and date, one a line, the newest last.")

    @OptionGroup var file: ConfigurationOption

    func run() throws {
        let keys = try KeysSession(file)
        for key in try keys.perform({ () throws(SigningKeyFolder.Failure) in try keys.folder.keys() }) {
            let inUse = key.mayBeInUse(at: WallTime.milliseconds(), accessLife: keys.accessLife)
            let state = key.supersededAt == nil ? "signs" : inUse ? "verifies" : "unused"
            Console.output(
                "\(key.name.printable)\t\(state)\t\(ReadableTime.date(UnixTime(milliseconds: key.createdAt)))")
        }
    }
}

struct KeysAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a key, which signs from now on; the others go on verifying.")

    @OptionGroup var file: ConfigurationOption

    func run() throws {
        let keys = try KeysSession(file)
        Console.output(try keys.perform { () throws(SigningKeyFolder.Failure) in try keys.folder.add() })
    }
}

struct KeysRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Add a key, and retire those that no living token was signed with.")

    @OptionGroup var file: ConfigurationOption

    func run() throws {
        let keys = try KeysSession(file)
        Console.output(try keys.perform { () throws(SigningKeyFolder.Failure) in try keys.folder.add() })
        let now = WallTime.milliseconds()
        for key in try keys.perform({ () throws(SigningKeyFolder.Failure) in try keys.folder.keys() })
        where !key.mayBeInUse(at: now, accessLife: keys.accessLife) {
            try keys.perform { () throws(SigningKeyFolder.Failure) in
                try keys.folder.retire(key.name, accessLife: keys.accessLife, force: false, at: now)
            }
            Console.error("retired \(key.name)")
        }
    }
}

struct KeysRetireCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "Take a key away: tokens signed with it are refused.")

    @OptionGroup var file: ConfigurationOption
    @Argument(help: "Its name, as `gateway keys list` shows it.") var name: String
    @Flag(help: "Also when tokens signed with it may still live.") var force = false

    func run() throws {
        let keys = try KeysSession(file)
        try keys.perform { () throws(SigningKeyFolder.Failure) in
            try keys.folder.retire(name, accessLife: keys.accessLife, force: force, at: WallTime.milliseconds())
        }
    }
}

/// The folder of a configuration, for the time of a command.
private struct KeysSession {
    let folder: SigningKeyFolder
    /// Milliseconds, with what clocks may differ by.
    let accessLife: Int64

    init(_ file: ConfigurationOption) throws {
        let policy = try file.load(.secretsMayBeMissing)
        guard let settings = policy.configuration.accounts else {
            throw ValidationError("\(file.file) has no accounts block, so the gateway signs nothing.")
        }
        folder = SigningKeyFolder(besides: FileAccess.resolve(settings.database, besides: file.file))
        accessLife = settings.accessLife.components.seconds * 1000 + 5000
    }

    func perform<Result>(_ work: () throws(SigningKeyFolder.Failure) -> Result) throws -> Result {
        do throws(SigningKeyFolder.Failure) { return try work() } catch {
            Console.error("error: \(error)")
            throw ExitCode.failure
        }
    }
}
