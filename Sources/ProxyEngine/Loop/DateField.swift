internal import Glibc

/// The `Date` field line, made anew once a second (RFC 9110 §6.6.1: an origin of 4xx answers should send one).
package struct DateField {
    private var second: Int64 = -1
    private var octets: [UInt8] = []

    package init() {}

    package mutating func line(at now: Int64) -> [UInt8] {
        if now != second {
            second = now
            octets = Array("Date: \(Self.format(now))\r\n".utf8)
        }
        return octets
    }

    /// IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func format(_ seconds: Int64) -> String {
        var (time, parts) = (time_t(seconds), tm())
        guard gmtime_r(&time, &parts) != nil else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func pad(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(days[Int(parts.tm_wday) % 7]), \(pad(parts.tm_mday)) \(months[Int(parts.tm_mon) % 12]) "
            + "\(parts.tm_year + 1900) \(pad(parts.tm_hour)):\(pad(parts.tm_min)):\(pad(parts.tm_sec)) GMT"
    }
}

/// The time of day. Tokens are judged by it, so it is read for every request.
enum WallClock {
    static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    static func seconds() -> Int64 { nanoseconds() / 1_000_000_000 }
}
