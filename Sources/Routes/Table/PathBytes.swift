/// What each byte may be in the path of a request.
///
///     pchar       = unreserved / pct-encoded / sub-delims / ":" / "@"          ; RFC 3986 §3.3
///     unreserved  = ALPHA / DIGIT / "-" / "." / "_" / "~"
///     sub-delims  = "!" / "$" / "&" / "'" / "(" / ")" / "*" / "+" / "," / ";" / "="
///
/// and `[ ] | ^`, which browsers send unencoded.
struct PathBytes: Sendable {
    /// Ordinary: the byte without case. Otherwise one of the marks below.
    private let marks: [UInt16]

    static let slash: UInt16 = 0x100
    /// Starts an escape, or is a semicolon: the segment needs a closer look.
    static let special: UInt16 = 0x200
    static let forbidden: UInt16 = 0x400

    init() {
        var marks = [UInt16](repeating: Self.forbidden, count: 256)
        for byte in UInt8.min...UInt8.max where Self.isOrdinary(byte) {
            marks[Int(byte)] = UInt16(SegmentTable.folded(byte))
        }
        marks[Int(Character.slash)] = Self.slash
        marks[Int(Character.percent)] = Self.special
        marks[Int(Character.semicolon)] = Self.special
        self.marks = marks
    }

    func mark(_ byte: UInt8) -> UInt16 { marks[Int(byte)] }

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
