/// Walks over the value of a string, escapes decoded, as UTF-8 bytes. No `String` on the way: its comparison
/// follows Unicode equivalence, by which two different names can be the same.
///
/// For strings that ``JSONReader`` has accepted; on others it stops early or traps, it never invents a byte.
struct JSONStringBytes {
    private var index: Int
    private let end: Int
    /// The bytes of a decoded escape that were not handed out yet, the next one lowest.
    private var pending: UInt32 = 0
    private var pendingCount = 0

    init(_ value: JSONValue) {
        index = value.range.lowerBound
        end = value.range.upperBound
    }

    mutating func next(in text: Span<UInt8>) -> UInt8? {
        if pendingCount > 0 {
            let byte = UInt8(truncatingIfNeeded: pending)
            pending >>= 8
            pendingCount -= 1
            return byte
        }
        guard index < end else { return nil }
        let byte = text[index]
        guard byte == UInt8(ascii: "\\") else {
            index += 1
            return byte
        }
        return decodeEscape(in: text)
    }

    private mutating func decodeEscape(in text: Span<UInt8>) -> UInt8 {
        let escape = text[index + 1]
        index += 2
        switch escape {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"): return decodeScalar(in: text)
        default: return escape  // `"`, `\` and `/` stand for themselves
        }
    }

    private mutating func decodeScalar(in text: Span<UInt8>) -> UInt8 {
        var scalar = codeUnit(in: text)
        if case 0xD800...0xDBFF = scalar {
            index += 2  // the `\u` of the second half
            scalar = 0x10000 + (scalar - 0xD800) << 10 + (codeUnit(in: text) - 0xDC00)
        }
        func tail(_ shift: UInt32) -> UInt32 { 0x80 | (scalar >> shift) & 0x3F }
        switch scalar {
        case 0..<0x80:
            return UInt8(truncatingIfNeeded: scalar)
        case 0x80..<0x800:
            (pending, pendingCount) = (tail(0), 1)
            return UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
        case 0x800..<0x10000:
            (pending, pendingCount) = (tail(6) | tail(0) << 8, 2)
            return UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
        default:
            (pending, pendingCount) = (tail(12) | tail(6) << 8 | tail(0) << 16, 3)
            return UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
        }
    }

    /// Four digits at `index`.
    private mutating func codeUnit(in text: Span<UInt8>) -> UInt32 {
        var unit: UInt32 = 0
        for offset in index..<index + 4 { unit = unit << 4 | UInt32(Hexadecimal.value(of: text[offset]) ?? 0) }
        index += 4
        return unit
    }
}

// MARK: - Whole strings

extension JSONStringBytes {
    static func fingerprint(of value: JSONValue, in text: Span<UInt8>) -> NameFingerprint {
        if value.kind == .string { return NameFingerprint(of: value.range, in: text) }
        var fingerprint = NameFingerprint()
        var bytes = JSONStringBytes(value)
        while let byte = bytes.next(in: text) { fingerprint.append(byte) }
        return fingerprint
    }

    /// Compares two strings of one text by their decoded bytes.
    static func equal(_ first: JSONValue, _ second: JSONValue, in text: Span<UInt8>) -> Bool {
        var (first, second) = (JSONStringBytes(first), JSONStringBytes(second))
        while let byte = first.next(in: text) {
            guard byte == second.next(in: text) else { return false }
        }
        return second.next(in: text) == nil
    }

    /// Compares a string's decoded bytes with `other`.
    static func equal(_ value: JSONValue, in text: Span<UInt8>, to other: Span<UInt8>) -> Bool {
        if value.kind == .string {
            return value.range.count == other.count && text.hasBytes(other, at: value.range.lowerBound)
        }
        var bytes = JSONStringBytes(value)
        for index in other.indices {
            guard bytes.next(in: text) == other[index] else { return false }
        }
        return bytes.next(in: text) == nil
    }

    /// The number of bytes of the decoded string.
    static func count(of value: JSONValue, in text: Span<UInt8>) -> Int {
        if value.kind == .string { return value.range.count }
        var bytes = JSONStringBytes(value)
        var count = 0
        while bytes.next(in: text) != nil { count += 1 }
        return count
    }

    /// Appends the decoded string.
    static func append(_ value: JSONValue, in text: Span<UInt8>, to output: inout [UInt8]) {
        var bytes = JSONStringBytes(value)
        while let byte = bytes.next(in: text) { output.append(byte) }
    }
}
