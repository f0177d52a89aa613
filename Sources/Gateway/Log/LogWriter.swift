internal import Dispatch
internal import Glibc
internal import Routes
internal import Synchronization

/// Writes batches of log lines on a thread of its own: a terminal that is stopped or a full disk must not hold up an
/// event loop. Lines that can't be written are counted, and those beyond `maxPending` octets that wait are dropped and counted.
final class LogWriter: Sendable {
    /// Octets that wait to be written.
    static let maxPending = 16 * 1024 * 1024
    /// How long ``finish()`` waits for a destination that takes nothing.
    static let patience = DispatchTimeInterval.seconds(5)

    struct OpenFailure: Error, CustomStringConvertible {
        let description: String
    }

    /// What was lost since the start.
    struct Losses: Sendable, Equatable {
        var lines = 0
        /// Why the last ones were; nil where none was.
        var reason: String?
        /// When, in seconds of the monotonic clock.
        var lastAt: Int64 = 0
    }

    fileprivate struct State {
        var pendingOctets = 0
        /// Lost lines that no line of the log tells of yet.
        var untold = 0
        var losses = Losses()
        var isFinished = false
    }

    private let output: Mutex<LogOutput>
    private let queue = DispatchQueue(label: "gateway.log", qos: .utility)
    private let state = Mutex(State())

    /// - Returns: nil where nothing is to be logged.
    init?(_ destination: LogSettings.Destination, besides file: String) throws(OpenFailure) {
        switch destination {
        case .off: return nil
        case .stdout: output = Mutex(LogOutput(descriptor: STDOUT_FILENO))
        case .stderr: output = Mutex(LogOutput(descriptor: STDERR_FILENO))
        case .file(let path):
            let resolved = FileAccess.resolve(path, besides: file)
            switch LogOutput.open(resolved) {
            case .failure(let failure): throw failure
            case .success(let descriptor): output = Mutex(LogOutput(descriptor: descriptor, path: resolved))
            }
        }
    }

    var losses: Losses { state.withLock { $0.losses } }

    func write(_ lines: [UInt8]) {
        let count = lines.count
        let isAccepted = state.withLock { state in
            guard state.pendingOctets + count <= Self.maxPending else {
                state.lose(lines, "the destination takes lines too slowly")
                return false
            }
            state.pendingOctets += count
            return true
        }
        guard isAccepted else { return }
        queue.async { [self] in
            put(lines)
            state.withLock { $0.pendingOctets -= count }
        }
    }

    /// Opens the log's file anew, so that it can be renamed and made afresh. What was handed over before is written to the old
    /// one. Where the new one can't be opened the old one stays in use.
    ///
    /// - Parameter then: called with the failure, or with nil.
    func reopen(_ then: @escaping @Sendable (OpenFailure?) -> Void) {
        queue.async { [self] in then(output.withLock { $0.reopen() }) }
    }

    /// Returns when everything handed over so far is written, when there is haste, or when the destination takes nothing for
    /// ``patience``.
    ///
    /// - Parameter haste: is given what ends the wait early.
    /// - Returns: whether everything is written.
    func finish(haste: (@escaping @Sendable () -> Void) -> Void) -> Bool {
        let end = DispatchSemaphore(value: 0)
        queue.async { [self] in
            state.withLock { $0.isFinished = true }
            end.signal()
        }
        // What is written at once is written all the same.
        if end.wait(timeout: .now() + .milliseconds(100)) == .success { return true }
        haste { end.signal() }
        _ = end.wait(timeout: .now() + Self.patience)
        return state.withLock { $0.isFinished }
    }

    private func put(_ lines: [UInt8]) {
        let untold = state.withLock { $0.untold }
        if untold > 0 {
            let notice = Array("{\"event\":\"log_lines_lost\",\"count\":\(untold)}\n".utf8)
            if case .cut(_, let error) = output.withLock({ $0.write(notice) }) {
                return state.withLock { $0.lose(lines, String(cString: strerror(error))) }
            }
            state.withLock { $0.untold -= untold }
        }
        switch output.withLock({ $0.write(lines) }) {
        case .whole: return
        case .cut(let position, let error):
            state.withLock { $0.lose(lines[position...], String(cString: strerror(error))) }
        }
    }
}

extension LogWriter.State {
    /// The last of the lines may be cut: it is lost too.
    fileprivate mutating func lose(_ lines: some Collection<UInt8>, _ reason: String) {
        let count = lines.count { $0 == 0x0A }
        untold += count
        losses = LogWriter.Losses(lines: losses.lines + count, reason: reason, lastAt: LogWriter.now())
    }
}

extension LogWriter {
    /// Seconds of the monotonic clock.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec)
    }
}
