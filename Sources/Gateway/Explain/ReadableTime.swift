internal import AuthFilter

/// Moments in words.
enum ReadableTime {
    /// `2026-11-23T20:15:07Z`
    static func date(_ moment: UnixTime) -> String {
        String(decoding: Timestamps.format(moment.milliseconds / 1000), as: UTF8.self) + "Z"
    }

    /// `in 14 minutes`, `5 minutes ago`, `now`
    static func distance(to moment: UnixTime, from now: UnixTime) -> String {
        let milliseconds = moment.milliseconds - now.milliseconds
        let words = duration(milliseconds: abs(milliseconds))
        if words.hasPrefix("0 ") { return "now" }
        return milliseconds < 0 ? "\(words) ago" : "in \(words)"
    }

    /// In the largest unit of which there are at least two, rounded down.
    static func duration(milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        for (unit, length) in [("days", Int64(86400)), ("hours", 3600), ("minutes", 60)] where seconds >= 2 * length {
            return "\(seconds / length) \(unit)"
        }
        return seconds == 1 ? "1 second" : "\(seconds) seconds"
    }
}
