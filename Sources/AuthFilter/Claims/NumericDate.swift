/// The value of `exp`, `nbf` or `iat`: seconds since 1970 with any number of decimals (RFC 7519 §2), kept without
/// rounding as far as comparing it with milliseconds needs.
///
/// Computed from the decimal text. By way of `Double`, 1700000000.007 becomes 1700000000.0069999, whose floor is one
/// millisecond less: a token issued right after a log-out-everywhere would be refused or, worse, one before it pass.
package struct NumericDate: Sendable, Equatable {
    /// floor(seconds × 1000).
    package let floorMilliseconds: Int64
    /// Whether the value is exactly that many milliseconds.
    let isWhole: Bool

    /// ceil(seconds × 1000): a moment in whole milliseconds has reached the date when it is not below this.
    package var ceilingMilliseconds: Int64 { isWhole ? floorMilliseconds : floorMilliseconds + 1 }

    /// 9999-12-31T23:59:59Z, the latest moment of RFC 3339, in seconds. Beyond are mistakes (milliseconds taken for
    /// seconds) and numbers whose sums overflow.
    static let latestSeconds: Int64 = 253_402_300_799

    /// Nil for what is no number, negative (any minus sign, so that -0 is not a question) or too late.
    package init?(_ value: JSONValue, in text: Span<UInt8>) {
        guard value.kind == .integer || value.kind == .decimal, text[value.range.lowerBound] != UInt8(ascii: "-"),
            let date = value.kind == .integer
                ? Self.whole(value.range, in: text) : DecimalDigits(value.range, in: text).milliseconds(in: text),
            date.ceilingMilliseconds <= Self.latestSeconds * 1000
        else { return nil }
        self = date
    }

    init(floorMilliseconds: Int64, isWhole: Bool) {
        self.floorMilliseconds = floorMilliseconds
        self.isWhole = isWhole
    }

    /// The common case, digits only. At most 12 digits: the latest moment has 12, and JSON has no leading zeros.
    private static func whole(_ range: Range<Int>, in text: Span<UInt8>) -> NumericDate? {
        guard range.count <= 12 else { return nil }
        var seconds: Int64 = 0
        for index in range { seconds = seconds * 10 + Int64(text[index] - UInt8(ascii: "0")) }
        return NumericDate(floorMilliseconds: seconds * 1000, isWhole: true)
    }
}

/// A JSON number taken apart: its digits, and by which power of ten they are to be read.
private struct DecimalDigits {
    /// Digits with at most one point among them.
    private var digits: Range<Int>
    /// How many of the digits stand before the point once the exponent is applied; may be negative or huge.
    private var wholeDigits: Int

    /// More than any text we read has digits, so that clamping an exponent to it changes no verdict.
    private static let exponentBound = JSONLimits.text * 4

    init(_ range: Range<Int>, in text: Span<UInt8>) {
        digits = range
        var point: Int?
        var exponent = 0
        for index in range {
            if text[index] == UInt8(ascii: ".") { point = index }
            if text[index] | 0x20 == UInt8(ascii: "e") {
                digits = range.lowerBound..<index
                exponent = Self.exponent(index + 1..<range.upperBound, in: text)
                break
            }
        }
        wholeDigits = (point ?? digits.upperBound) - digits.lowerBound + exponent
    }

    private static func exponent(_ range: Range<Int>, in text: Span<UInt8>) -> Int {
        var magnitude = 0
        for index in range where text[index] >= UInt8(ascii: "0") {
            magnitude = min(magnitude * 10 + Int(text[index] - UInt8(ascii: "0")), exponentBound)
        }
        return text[range.lowerBound] == UInt8(ascii: "-") ? -magnitude : magnitude
    }

    /// The value times 1000, floored; nil when it has more than 15 digits, as every date beyond the latest does.
    func milliseconds(in text: Span<UInt8>) -> NumericDate? {
        var floor: Int64 = 0
        var isWhole = true
        var place = wholeDigits + 3  // the point moves three digits to the right
        for index in digits where text[index] != UInt8(ascii: ".") {
            let digit = Int64(text[index] - UInt8(ascii: "0"))
            if place > 0 {
                guard floor < 100_000_000_000_000 else { return nil }
                floor = floor * 10 + digit
            } else if digit != 0 {
                isWhole = false
            }
            place -= 1
        }
        guard floor > 0 else { return NumericDate(floorMilliseconds: 0, isWhole: isWhole) }
        while place > 0 {
            guard floor < 100_000_000_000_000 else { return nil }
            floor *= 10
            place -= 1
        }
        return NumericDate(floorMilliseconds: floor, isWhole: isWhole)
    }
}
