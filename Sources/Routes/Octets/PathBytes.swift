/// What each byte may be in the path of a request.
///
///     pchar       = unreserved / pct-encoded / sub-delims / ":" / "@"          ; RFC 3986 §3.3
///     unreserved  = ALPHA / DIGIT / "-" / "." / "_" / "~"
///     sub-delims  = "!" / "$" / "&" / "'" / "(" / ")" / "*" / "+" / "," / ";" / "="
///
/// and `[ ] | ^`, which browsers send unencoded.
struct PathBytes: Sendable {
    /// 0: the byte means nothing but itself. Otherwise one of the marks below.
    private let marks: [UInt8]

    static let slash: UInt8 = 1
    /// Starts an escape, or is a semicolon: the segment needs a closer look.
    static let special: UInt8 = 2
    static let forbidden: UInt8 = 4

    static let shared = PathBytes()

    private init() {
        var marks = [UInt8](repeating: Self.forbidden, count: 256)
        for byte in UInt8.min...UInt8.max where Self.isOrdinary(byte) {
            marks[Int(byte)] = 0
        }
        marks[Int(Character.slash)] = Self.slash
        marks[Int(Character.percent)] = Self.special
        marks[Int(Character.semicolon)] = Self.special
        self.marks = marks
    }

    /// Where a segment ends, and the marks of its bytes, united.
    struct Segment {
        let end: Int
        let marks: UInt8

        var isSpecial: Bool { marks & PathBytes.special != 0 }
        var isForbidden: Bool { marks & PathBytes.forbidden != 0 }
    }

    @inline(__always)
    func scan(_ path: Span<UInt8>, from start: Int) -> Segment {
        let marks = self.marks.span
        var seen: UInt8 = 0
        var index = start
        while index < path.count {
            // In bounds: the loop's condition, and a mark for each of the 256 bytes.
            let mark = marks[unchecked: Int(path[unchecked: index])]
            if mark != 0 {
                if mark == Self.slash { break }
                seen |= mark
            }
            index &+= 1
        }
        return Segment(end: index, marks: seen)
    }

    /// Bytes that mean nothing but themselves.
    static func isOrdinary(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: Self.signs.contains(byte)
        }
    }

    private static let signs = Set("-._~!$&'()*+,=:@[]|^".utf8)

    enum Character {
        static let slash = UInt8(ascii: "/")
        static let percent = UInt8(ascii: "%")
        static let semicolon = UInt8(ascii: ";")
        static let dot = UInt8(ascii: ".")
        static let backslash = UInt8(ascii: "\\")
    }
}
