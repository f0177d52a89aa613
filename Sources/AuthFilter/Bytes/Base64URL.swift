/// Base64url without padding (RFC 7515 §2, RFC 4648 §5), strictly: one spelling for each sequence of bytes.
///
/// No `=`, no blanks, no line ends, not the `+` and `/` of plain base64, and the bits of the last character that
/// belong to no byte are zero (RFC 4648 §3.5). Otherwise one token would have several spellings, and a cache or a
/// blacklist that knows one would not know the others.
package enum Base64URL {
    package enum Fault: Error, Equatable {
        /// A length of 4n + 1 characters, which no bytes have.
        case length
        case character
        /// Bits set that belong to no byte.
        case trailingBits
    }

    /// How many bytes `count` characters decode to.
    static func decodedCount(_ count: Int) throws(Fault) -> Int {
        guard count % 4 != 1 else { throw .length }
        return count * 6 / 8
    }

    package static func decode(_ text: Span<UInt8>) throws(Fault) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: try decodedCount(text.count))
        try decode(text, into: &output)
        return output
    }

    /// Decodes over the first `decodedCount` bytes of `output`, of which there must be enough.
    static func decode(_ text: Span<UInt8>, into output: inout [UInt8]) throws(Fault) {
        var span = output.mutableSpan
        try decode(text, into: &span)
    }

    private static func decode(_ text: Span<UInt8>, into output: inout MutableSpan<UInt8>) throws(Fault) {
        var (source, target) = (0, 0)
        // Collects the mark of every character outside the alphabet; looked at once, behind the loops.
        var seen: UInt64 = 0
        // Eight characters to six bytes, as long as a store of eight bytes stays within the output.
        while source + 8 <= text.count, target + 8 <= output.count {
            let characters = text.word(at: source)
            let high = quadruple(characters, &seen)
            let low = quadruple(characters >> 32, &seen)
            var bytes = output.mutableBytes
            bytes.storeBytes(of: (high << 40 | low << 16).bigEndian, toByteOffset: target, as: UInt64.self)
            source += 8
            target += 6
        }
        while source + 4 <= text.count {
            let characters = (0..<4).reduce(0) { $0 | UInt64(text[source + $1]) << ($1 * 8) }
            let bits = quadruple(characters, &seen)
            output[target] = UInt8(truncatingIfNeeded: bits >> 16)
            output[target + 1] = UInt8(truncatingIfNeeded: bits >> 8)
            output[target + 2] = UInt8(truncatingIfNeeded: bits)
            source += 4
            target += 3
        }
        guard seen & invalid == 0 else { throw .character }
        try decodeRest(text, from: source, into: &output, at: target)
    }

    /// The 24 bits of the four characters in the low bytes of a word, the first lowest.
    @inline(__always)
    private static func quadruple(_ characters: UInt64, _ seen: inout UInt64) -> UInt64 {
        let first = sextet(UInt8(truncatingIfNeeded: characters))
        let second = sextet(UInt8(truncatingIfNeeded: characters >> 8))
        let third = sextet(UInt8(truncatingIfNeeded: characters >> 16))
        let fourth = sextet(UInt8(truncatingIfNeeded: characters >> 24))
        seen |= first | second | third | fourth
        return first << 18 | second << 12 | third << 6 | fourth
    }

    /// The last two or three characters: one or two bytes, and four or two bits that must be zero.
    private static func decodeRest(
        _ text: Span<UInt8>, from source: Int, into output: inout MutableSpan<UInt8>, at target: Int
    ) throws(Fault) {
        let rest = text.count - source
        guard rest != 1 else { throw .length }
        guard rest > 0 else { return }
        let third = rest == 3 ? sextet(text[source + 2]) : 0
        let (first, second) = (sextet(text[source]), sextet(text[source + 1]))
        guard (first | second | third) & invalid == 0 else { throw .character }
        let bits = first << 18 | second << 12 | third << 6
        guard bits & (rest == 2 ? 0xFFFF : 0xFF) == 0 else { throw .trailingBits }
        output[target] = UInt8(truncatingIfNeeded: bits >> 16)
        if rest == 3 { output[target + 1] = UInt8(truncatingIfNeeded: bits >> 8) }
    }

    // MARK: Encoding

    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 4 / 3 + 3)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var bits: UInt32 = 0
            for offset in 0..<3 { bits = bits << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0) }
            for character in 0...count { output.append(alphabet[Int(bits >> (18 - 6 * UInt32(character)) & 63)]) }
        }
        return output
    }

    // MARK: Alphabet (RFC 4648 §5, table 2)

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// A bit that no six-bit value has.
    private static let invalid: UInt64 = 0x80

    /// The value of a character; 255, which has the `invalid` bit, for everything outside the alphabet.
    @inline(__always)
    private static func sextet(_ character: UInt8) -> UInt64 { UInt64(values[Int(character)]) }

    /// An inline array: its length is part of its type, so that an index of eight bits needs no check.
    private static let values: InlineArray<256, UInt8> = [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 62, 255, 255,
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 255, 255, 255, 255, 255, 255,
        255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 255, 255, 255, 255, 63,
        255, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ]
}
