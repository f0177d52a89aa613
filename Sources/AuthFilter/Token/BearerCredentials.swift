/// What an `Authorization` field says about a bearer token.
package enum BearerCredentials: Sendable, Equatable {
    /// Another scheme: for us as if there were no field.
    case missing
    /// The scheme is Bearer, but no token follows, or something that is none.
    case invalid
    /// The token is this range of the field value. Nothing is known about it except its alphabet.
    case token(Range<Int>)

    // credentials = auth-scheme [ 1*SP ( token68 / #auth-param ) ]             ; RFC 9110 §11.4
    // credentials = "Bearer" 1*SP b64token                                    ; RFC 6750 §2.1
    // b64token    = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
    /// Reads a field value whose surrounding blanks were removed. The scheme is matched in any case (RFC 9110 §11.1).
    package init(_ value: Span<UInt8>) {
        guard let start = Self.start(of: value) else {
            self = .missing
            return
        }
        var end = start
        while end < value.count, Self.isTokenByte(value[end]) { end += 1 }
        let afterToken = end
        while end < value.count, value[end] == UInt8(ascii: "=") { end += 1 }
        self = afterToken > start && end == value.count ? .token(start..<end) : .invalid
    }

    /// Where a token would begin, behind `Bearer` and blanks; nil for another scheme. Nothing is said about what stands there:
    /// only whoever knows these very bytes already may do without reading them.
    package static func start(of value: Span<UInt8>) -> Int? {
        guard schemeIsBearer(value) else { return nil }
        var start = 6
        while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        return start
    }

    /// Whether the first word is `Bearer`. `Bearer:` or `Bearerx` are other schemes, a tab is no end of a word.
    private static func schemeIsBearer(_ value: Span<UInt8>) -> Bool {
        let scheme: InlineArray<6, UInt8> = [
            UInt8(ascii: "b"), UInt8(ascii: "e"), UInt8(ascii: "a"), UInt8(ascii: "r"), UInt8(ascii: "e"),
            UInt8(ascii: "r"),
        ]
        guard value.count >= 6 else { return false }
        // 0x20 folds the case of letters; the only other bytes it turns into a letter are controls below 0x20.
        for index in scheme.indices where value[index] | 0x20 != scheme[index] || value[index] < 0x40 { return false }
        return value.count == 6 || value[6] == UInt8(ascii: " ")
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
