import Glibc

/// A shell that ends the processes of the tests when the tests' own process has ended, however it did: crashed and
/// killed ones run no code of their own any more. It is told each process that starts and ends, by its id, through a
/// pipe whose end means ours.
final class Watchdog: Sendable {
    static let shared = Watchdog()

    private static let script = """
        trap '' INT TERM
        live=' '
        while read -r sign pid; do
            case $sign in
            +) live="$live$pid " ;;
            -) live="${live%% $pid *} ${live#* $pid }" ;;
            esac
        done
        for pid in $live; do kill -KILL "$pid"; done
        """

    private let pipe: Int32

    private init() {
        guard let (readEnd, writeEnd) = try? Descriptors.pipe() else { preconditionFailure("no pipe") }
        pipe = writeEnd
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, readEnd, 0)
        var pid = pid_t()
        let result = Descriptors.exclusively {
            withCStrings(["sh", "-c", Watchdog.script]) { posix_spawnp(&pid, "sh", &actions, nil, $0, environ) }
        }
        precondition(result == 0, "sh: \(errorText(result))")
        close(readEnd)
    }

    /// "+ ID" when a process starts, "- ID" before its id is free for another. Lines are short, so they are atomic.
    func tell(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(pipe, bytes, bytes.count)
    }
}
