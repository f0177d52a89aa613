/// Claims as field values. Whatever a token says, what comes out is printable ASCII that an HTTP parser can neither
/// trim nor split in another way than it was meant.
///
/// Percent-encoded, in upper-case hexadecimal: bytes outside 0x20–0x7E, `%`, `,` inside an element of a list, and the
/// first and last blank of a value or element, which parsers remove. Decoding gives the claim's bytes back.
enum HeaderValue {
    /// Appends a string, an integer or a boolean, or the elements of an array of these joined by commas. Nothing for
    /// null, objects, fractions, and elements of such kinds.
    ///
    /// - Parameter asList: treat a scalar as a list of one, so that a comma in it does not become a second element.
    static func append(
        _ claim: JSONValue?, in text: [UInt8], to output: inout [UInt8], asList: Bool = false
    ) {
        guard let claim else { return }
        guard claim.kind == .array, var walk = JSONWalk(claim) else {
            appendScalar(claim, in: text, to: &output, encodingComma: asList)
            return
        }
        var isFirst = true
        while let element = walk.nextElement(in: text.span) {
            guard element.isComparable else { continue }
            if !isFirst { output.append(UInt8(ascii: ",")) }
            appendScalar(element, in: text, to: &output, encodingComma: true)
            isFirst = false
        }
    }

    private static func appendScalar(
        _ value: JSONValue, in text: [UInt8], to output: inout [UInt8], encodingComma: Bool
    ) {
        guard value.isComparable else { return }
        if isPlain(value, in: text.span) {
            output += text[value.range]
        } else {
            appendByBytes(value, in: text.span, to: &output, encodingComma: encodingComma)
        }
    }

    /// Whether the value goes out as it stands in the text. Nearly all do, and copying them at once takes a tenth of the
    /// instructions. A `false` is never wrong, only slow.
    private static func isPlain(_ value: JSONValue, in text: Span<UInt8>) -> Bool {
        let range = value.range
        guard value.kind != .escapedString, !range.isEmpty,
            text[range.lowerBound] != 0x20, text[range.upperBound - 1] != 0x20
        else { return false }
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            guard Lanes.special(text.word(at: index)) == 0 else { return false }
            index += 8
        }
        while index < range.upperBound {
            guard isLiteral(text[index], encodingComma: true) else { return false }
            index += 1
        }
        return true
    }

    private static func appendByBytes(
        _ value: JSONValue, in text: Span<UInt8>, to output: inout [UInt8], encodingComma: Bool
    ) {
        var bytes = JSONStringBytes(value)
        var next = bytes.next(in: text)
        var isFirst = true
        while let byte = next {
            next = bytes.next(in: text)
            let isEdge = isFirst || next == nil
            if isLiteral(byte, encodingComma: encodingComma) && !(isEdge && byte == 0x20) {
                output.append(byte)
            } else {
                appendEncoded(byte, to: &output)
            }
            isFirst = false
        }
    }

    // pct-encoded = "%" HEXDIG HEXDIG                                          ; RFC 3986 §2.1
    private static func appendEncoded(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "%"))
        output.append(Hexadecimal.uppercase(byte >> 4))
        output.append(Hexadecimal.uppercase(byte & 15))
    }

    private static func isLiteral(_ byte: UInt8, encodingComma: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "%"): false
        case UInt8(ascii: ","): !encodingComma
        case 0x20...0x7E: true
        default: false
        }
    }
}

extension Lanes {
    /// Marks every byte that some field value would encode: controls, DEL, non-ASCII, `%` and `,`.
    fileprivate static func special(_ word: UInt64) -> UInt64 {
        below(0x20, word) | word & highBits | zeros(word ^ repeating(0x7F)) | zeros(word ^ repeating(UInt8(ascii: "%")))
            | zeros(word ^ repeating(UInt8(ascii: ",")))
    }
}
