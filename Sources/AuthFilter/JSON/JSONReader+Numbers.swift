// number        = [ minus ] int [ frac ] [ exp ]                             ; RFC 8259 §6
// int           = zero / ( digit1-9 *DIGIT )
// frac          = decimal-point 1*DIGIT
// exp           = e [ minus / plus ] 1*DIGIT
extension JSONReader {
    /// Reads the number that starts at `position`. It is not converted: 0.1 and 2^60+1 stay what they are.
    static func readNumber(_ text: Span<UInt8>, _ position: inout Int) throws(JSONFault) -> JSONValue {
        let start = position
        var kind = JSONValue.Kind.integer
        var index = start
        if text[index] == UInt8(ascii: "-") { index += 1 }
        let firstDigit = index
        skipDigits(text, &index)
        // At least one digit, and no zero in front of others.
        guard index > firstDigit, index == firstDigit + 1 || text[firstDigit] != UInt8(ascii: "0") else {
            throw .malformedNumber(at: start)
        }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            kind = .decimal
            index += 1
            try requireDigits(text, &index, of: start)
        }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            kind = .decimal
            index += 1
            if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            try requireDigits(text, &index, of: start)
        }
        position = index
        return try value(kind, from: start, to: index)
    }

    private static func requireDigits(
        _ text: Span<UInt8>, _ index: inout Int, of number: Int
    ) throws(JSONFault) {
        let first = index
        skipDigits(text, &index)
        guard index > first else { throw .malformedNumber(at: number) }
    }

    private static func skipDigits(_ text: Span<UInt8>, _ index: inout Int) {
        while index < text.count, text[index] &- UInt8(ascii: "0") < 10 { index += 1 }
    }
}
