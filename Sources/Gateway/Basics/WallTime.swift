internal import Glibc

/// The time of day, in milliseconds since 1970.
enum WallTime {
    static func milliseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// As a NumericDate with three decimals, so that a token made right after a logout of its user is a new one.
    static func decimal(_ milliseconds: Int64) -> [UInt8] {
        let digits = String(milliseconds % 1000)
        return Array("\(milliseconds / 1000).\(String(repeating: "0", count: 3 - digits.count))\(digits)".utf8)
    }
}
