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

    /// `command[0]` is looked for in PATH. The environment is exactly `environment` and PATH.
    init(_ command: [String], environment: [String: String] = [:]) throws {
        name = command[0]
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

        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let variables = environment.merging(["PATH": path]) { given, _ in given }.map { "\($0)=\($1)" }
        var pid = pid_t()
        let result = Descriptors.exclusively {
            withCStrings(command) { arguments in
                withCStrings(variables) { posix_spawnp(&pid, command[0], &actions, nil, arguments, $0) }
            }
        }
        guard result == 0 else { throw HarnessFailure("\(command[0]): \(errorText(result))") }
        self.pid = pid
        LiveProcesses.shared.insert(pid)
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
        try eventually("\(name) (process \(pid)) to end", within: duration) {
            ended = exitStatus
            return ended != nil && standardOutput.isComplete && standardError.isComplete
        }
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
            LiveProcesses.shared.remove(pid)
        }
    }
}

/// Runs a program to its end.
func run(
    _ command: [String], environment: [String: String] = [:], within: Duration = Deadline.usual
) throws -> (status: ExitStatus, output: String, errors: String) {
    let process = try ChildProcess(command, environment: environment)
    defer { process.signal(SIGKILL) }
    let status = try process.waitForExit(within: within)
    return (status, process.standardOutput.text, process.standardError.text)
}

/// The processes that must not outlive the tests, however these end.
private final class LiveProcesses: Sendable {
    static let shared = LiveProcesses()
    private let pids = Mutex<Set<pid_t>>([])

    private init() { atexit { LiveProcesses.shared.killAll() } }

    func insert(_ pid: pid_t) { pids.withLock { _ = $0.insert(pid) } }
    func remove(_ pid: pid_t) { pids.withLock { _ = $0.remove(pid) } }

    private func killAll() { pids.withLock { $0.forEach { kill($0, SIGKILL) } } }
}

private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}
