internal import Dispatch
internal import Glibc
internal import Routes
internal import Synchronization

/// Writes batches of log lines on a thread of its own: a terminal that is stopped or a full disk must not hold up an
/// event loop. What piles up beyond `maxPending` is dropped, counted, and the count is logged.
final class LogWriter: Sendable {
    /// Octets that wait to be written.
    static let maxPending = 16 * 1024 * 1024

    struct OpenFailure: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var pendingOctets = 0
        var lostLines = 0
    }

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "gateway.log", qos: .utility)
    private let state = Mutex(State())

    /// - Returns: nil where nothing is to be logged.
    init?(_ destination: LogSettings.Destination, besides file: String) throws(OpenFailure) {
        switch destination {
        case .off: return nil
        case .stdout: descriptor = STDOUT_FILENO
        case .stderr: descriptor = STDERR_FILENO
        case .file(let path):
            let resolved = FileAccess.resolve(path, besides: file)
            descriptor = open(resolved, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
            guard descriptor >= 0 else {
                throw OpenFailure(description: "log: \(resolved): \(String(cString: strerror(errno)))")
            }
        }
    }

    func write(_ lines: [UInt8]) {
        let count = lines.count
        let isAccepted = state.withLock { state in
            guard state.pendingOctets + count <= Self.maxPending else {
                state.lostLines += lines.count { $0 == 0x0A }
                return false
            }
            state.pendingOctets += count
            return true
        }
        guard isAccepted else { return }
        queue.async { [self] in
            writeAll(lines)
            let lost = state.withLock { state in
                state.pendingOctets -= count
                defer { state.lostLines = 0 }
                return state.lostLines
            }
            if lost > 0 { writeAll(Array("{\"event\":\"log_lines_lost\",\"count\":\(lost)}\n".utf8)) }
        }
    }

    /// Returns when everything handed over so far is written.
    func finish() { queue.sync {} }

    private func writeAll(_ bytes: [UInt8]) {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                start += count
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, 1000)
            } else if errno != EINTR {
                return  // a closed pipe, a full disk: nobody is left to tell
            }
        }
    }
}
