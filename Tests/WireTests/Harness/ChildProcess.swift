import Glibc
internal import Synchronization

/// How a process ended.
enum ExitStatus: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
}

/// A program of the operating system, its output kept, ended by its own process id and by nothing broader.
final class ChildProcess: Sendable {
    let name: String
    let pid: pid_t
    let standardOutput: ProcessOutput
    let standardError: ProcessOutput
    private let status = Mutex<ExitStatus?>(nil)

    /// `command[0]` is looked for in PATH. The environment is exactly `environment`, PATH, what a sanitizer needs, and which
    /// defence is away while `make mutate` runs (scripts/mutate.py).
    ///
    /// - Parameter needsPrivileges: it runs as the tests do, not as ``LeastUser``; who asks for that says why.
    init(_ command: [String], environment: [String: String] = [:], needsPrivileges: Bool = false) throws {
        name = command[0]
        let command = (needsPrivileges ? [] : LeastUser.launcher) + command
        let output = try ProcessOutput()
        let errors = try ProcessOutput()
        defer {
            close(output.writeEnd)
            close(errors.writeEnd)
        }
        standardOutput = output
        standardError = errors

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writeEnd, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.writeEnd, 2)

        // The threads that run tests block most signals; a child that inherited that could not be ended.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var inherited = Sanitizer.environment
        inherited["PATH"] = LeastUser.path
        inherited["GATEWAY_MUTANT"] = getenv("GATEWAY_MUTANT").map { String(cString: $0) }
        let variables = environment.merging(inherited) { given, _ in given }.map { "\($0)=\($1)" }
        var pid = pid_t()
        let result = Descriptors.exclusively {
            withCStrings(command) { arguments in
                withCStrings(variables) { posix_spawnp(&pid, command[0], &actions, &attributes, arguments, $0) }
            }
        }
        guard result == 0 else { throw HarnessFailure("\(command[0]): \(errorText(result))") }
        self.pid = pid
        Watchdog.shared.tell("+ \(pid)")
        onThread { self.reap() }
    }

    /// nil while it runs.
    var exitStatus: ExitStatus? { status.withLock { $0 } }

    func signal(_ number: Int32) {
        // Under the lock, so that the id is not one that was reaped and belongs to another process now.
        status.withLock { if $0 == nil { kill(pid, number) } }
    }

    /// The status, once its output is complete too.
    @discardableResult
    func waitForExit(within duration: Duration = Deadline.usual) throws -> ExitStatus {
        var ended: ExitStatus?
        do {
            try eventually("\(name) (process \(pid)) to end", within: duration) {
                ended = exitStatus
                return ended != nil && standardOutput.isComplete && standardError.isComplete
            }
        } catch { throw HarnessFailure("\(error); it wrote\n\(standardOutput.text)\(standardError.text)") }
        guard let ended else { throw HarnessFailure("\(name) has no exit status") }
        return ended
    }

    private func reap() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        status.withLock { status in
            var raw: Int32 = 0
            waitpid(pid, &raw, 0)
            status = raw & 0x7F == 0 ? .exited(raw >> 8 & 0xFF) : .signalled(raw & 0x7F)
            Watchdog.shared.tell("- \(pid)")
        }
    }
}

/// Runs a program to its end.
func run(
    _ command: [String], environment: [String: String] = [:], within: Duration = Deadline.usual,
    needsPrivileges: Bool = false
) throws -> (status: ExitStatus, output: String, errors: String) {
    let process = try ChildProcess(command, environment: environment, needsPrivileges: needsPrivileges)
    defer { process.signal(SIGKILL) }
    let status = try process.waitForExit(within: within)
    return (status, process.standardOutput.text, process.standardError.text)
}

func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}
