/// Character classes of RFC 9110 §5.6.2 and RFC 9112, as predicates on single octets.
///
///     tchar       = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~"
///                 / DIGIT / ALPHA
///     field-vchar = VCHAR / obs-text
///     obs-text    = %x80-FF
enum Octet {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let comma: UInt8 = 0x2C
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let questionMark: UInt8 = 0x3F
    static let at: UInt8 = 0x40

    /// tchar as two words of bits: octets 0–63 and 64–127.
    private static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    private static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    @inline(__always)
    static func isTokenCharacter(_ octet: UInt8) -> Bool {
        let word = octet < 64 ? tokenLow : tokenHigh
        return octet < 128 && (word >> UInt64(octet & 63)) & 1 == 1
    }

    /// What may stand in a field value: SP, HTAB, VCHAR and obs-text; no other control octet, and no DEL.
    @inline(__always)
    static func isFieldContent(_ octet: UInt8) -> Bool {
        octet >= 0x20 ? octet != 0x7F : octet == tab
    }

    @inline(__always)
    static func isDigit(_ octet: UInt8) -> Bool { octet &- zero < 10 }

    @inline(__always)
    static func isBlank(_ octet: UInt8) -> Bool { octet == space || octet == tab }

    /// The value of a hexadecimal digit; nil for any other octet.
    @inline(__always)
    static func hexValue(_ octet: UInt8) -> UInt8? {
        if isDigit(octet) { return octet &- zero }
        let letter = (octet | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }

    /// The octet as names are compared: letters in lower case and digits as they are; 0 for anything else.
    ///
    /// Upstreams fold `-`, `_` and `.` of field names into one character (CGI, WSGI, PHP), so a name is one of ours when
    /// its letters and digits are, whatever stands between them.
    @inline(__always)
    static func folded(_ octet: UInt8) -> UInt8 {
        if isDigit(octet) { return octet }
        let lower = octet | 0x20
        return lower &- 0x61 < 26 ? lower : 0
    }

    /// The octet with ASCII letters in lower case.
    @inline(__always)
    static func lowercased(_ octet: UInt8) -> UInt8 {
        octet &- 0x41 < 26 ? octet | 0x20 : octet
    }
}
