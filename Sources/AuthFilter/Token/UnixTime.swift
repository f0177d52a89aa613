/// A moment as milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored (RFC 7519 §2, NumericDate).
///
/// Always given by the caller: AuthFilter has no clock.
package struct UnixTime: Sendable, Hashable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (first: UnixTime, second: UnixTime) -> Bool { first.milliseconds < second.milliseconds }
}
