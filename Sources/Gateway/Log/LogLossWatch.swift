internal import Logging

/// Says on standard error, at most once a minute, that lines of the access log are lost: the log itself can't.
struct LogLossWatch {
    private static let interval: Duration = .seconds(1)
    private static let silence: Duration = .seconds(60)
    /// Seconds for which `/ready` warns after the last loss.
    private static let memory: Int64 = 300

    let writer: LogWriter
    let logger: Logger

    /// Until it is cancelled.
    func watch() async {
        var told = writer.losses.lines
        var next = ContinuousClock.now
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            let losses = writer.losses
            guard losses.lines > told, ContinuousClock.now >= next else { continue }
            logger.error("log: \(losses.lines - told) lines were lost: \(losses.reason ?? "")")
            (told, next) = (losses.lines, ContinuousClock.now + Self.silence)
        }
    }

    /// For `/ready`; nil where nothing was lost lately.
    static func warning(_ writer: LogWriter?) -> String? {
        guard let losses = writer?.losses, losses.lines > 0, LogWriter.now() - losses.lastAt <= memory else {
            return nil
        }
        return "log: \(losses.lines) lines were lost since the start, the last ones: \(losses.reason ?? "")"
    }
}
