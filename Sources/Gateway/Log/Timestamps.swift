internal import Glibc

/// `2026-11-23T20:15:07.123Z`: the part down to the second is made once a second.
struct Timestamps {
    private var second: Int64 = -1
    private var prefix: [UInt8] = []

    /// - Parameter nanoseconds: since 1970.
    mutating func text(at nanoseconds: Int64) -> [UInt8] {
        let now = nanoseconds / 1_000_000_000
        if now != second {
            second = now
            prefix = Self.format(now)
        }
        let milliseconds = Int(nanoseconds / 1_000_000 % 1000)
        return prefix + [
            0x2E, UInt8(0x30 + milliseconds / 100), UInt8(0x30 + milliseconds / 10 % 10),
            UInt8(0x30 + milliseconds % 10), 0x5A,
        ]
    }

    /// Down to the second, without the zone.
    static func format(_ seconds: Int64) -> [UInt8] {
        var (time, parts) = (time_t(seconds), tm())
        guard gmtime_r(&time, &parts) != nil else { return Array("1970-01-01T00:00:00".utf8) }
        func pad(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let date = "\(parts.tm_year + 1900)-\(pad(parts.tm_mon + 1))-\(pad(parts.tm_mday))"
        return Array("\(date)T\(pad(parts.tm_hour)):\(pad(parts.tm_min)):\(pad(parts.tm_sec))".utf8)
    }
}
