// string        = quotation-mark *char quotation-mark                        ; RFC 8259 §7
// char          = unescaped / "\" ( %x22 / %x5C / "/" / b / f / n / r / t / u 4HEXDIG )
// unescaped     = %x20-21 / %x23-5B / %x5D-10FFFF
extension JSONReader {
    /// Reads the string whose opening quote is at `position`.
    static func readString(_ text: Span<UInt8>, _ position: inout Int) throws(JSONFault) -> JSONValue {
        var index = position + 1
        let start = index
        var kind = JSONValue.Kind.string
        while index < text.count {
            skipPlain(text, &index)
            guard index < text.count else { break }
            let byte = text[index]
            if byte == UInt8(ascii: "\"") {
                position = index + 1
                return try value(kind, from: start, to: index)
            } else if byte == UInt8(ascii: "\\") {
                kind = .escapedString
                try skipEscape(text, &index)
            } else if byte >= 0x80 {
                try skipMultibyte(text, &index)
            } else if byte >= 0x20 {
                index += 1
            } else {
                throw .controlInString(at: index)
            }
        }
        throw .endsEarly
    }

    /// Moves over bytes that mean themselves, eight at a time; may stop before the first that does not.
    @inline(__always)
    private static func skipPlain(_ text: Span<UInt8>, _ index: inout Int) {
        while index + 8 <= text.count {
            let word = text.word(at: index)
            let special =
                Lanes.zeros(word ^ Lanes.repeating(UInt8(ascii: "\"")))
                | Lanes.zeros(word ^ Lanes.repeating(UInt8(ascii: "\\")))
                | Lanes.below(0x20, word) | word & Lanes.highBits
            if special != 0 {
                index += Lanes.firstIndex(special)
                return
            }
            index += 8
        }
    }

    private static func skipEscape(_ text: Span<UInt8>, _ index: inout Int) throws(JSONFault) {
        let start = index
        guard index + 1 < text.count else { throw .endsEarly }
        switch text[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 2
        case UInt8(ascii: "u"):
            switch try readCodeUnit(text, &index) {
            case 0xD800...0xDBFF:
                // §7: outside the basic plane two escapes make one character; RFC 7493 §2.1 forbids one alone.
                guard index + 1 < text.count else { throw .endsEarly }
                guard text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
                    throw .loneSurrogate(at: start)
                }
                guard case 0xDC00...0xDFFF = try readCodeUnit(text, &index) else { throw .loneSurrogate(at: start) }
            case 0xDC00...0xDFFF: throw .loneSurrogate(at: start)
            default: break
            }
        default: throw .malformedEscape(at: start)
        }
    }

    /// Reads `\uXXXX` at `index`, which is at the backslash.
    private static func readCodeUnit(_ text: Span<UInt8>, _ index: inout Int) throws(JSONFault) -> UInt32 {
        let start = index
        guard start + 6 <= text.count else { throw .endsEarly }
        var unit: UInt32 = 0
        for offset in start + 2..<start + 6 {
            guard let digit = Hexadecimal.value(of: text[offset]) else { throw .malformedEscape(at: start) }
            unit = unit << 4 | UInt32(digit)
        }
        index = start + 6
        return unit
    }

    // UTF8-2 = %xC2-DF UTF8-tail                                              ; RFC 3629 §4
    // UTF8-3 = %xE0 %xA0-BF UTF8-tail / %xE1-EC 2( UTF8-tail ) /
    //          %xED %x80-9F UTF8-tail / %xEE-EF 2( UTF8-tail )
    // UTF8-4 = %xF0 %x90-BF 2( UTF8-tail ) / %xF1-F3 3( UTF8-tail ) / %xF4 %x80-8F 2( UTF8-tail )
    private static func skipMultibyte(_ text: Span<UInt8>, _ index: inout Int) throws(JSONFault) {
        let length: Int
        let second: ClosedRange<UInt8>
        switch text[index] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw .invalidUTF8(at: index)
        }
        guard index + length <= text.count, second.contains(text[index + 1]) else { throw .invalidUTF8(at: index) }
        for tail in index + 2..<index + length where text[tail] & 0xC0 != 0x80 { throw .invalidUTF8(at: index) }
        index += length
    }
}
