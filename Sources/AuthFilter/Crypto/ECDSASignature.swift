/// An ECDSA signature in the two forms of the field.
///
/// A token carries R || S, each in as many bytes as the order has (RFC 7518 §3.4). libcrypto wants
///
///     ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }                  ; RFC 3279 §2.2.3
///
/// in DER. A token that carries the DER form is refused by its length or, at equal length, by its numbers.
package enum ECDSASignature {
    package enum Fault: Error, Equatable {
        case length
        /// r or s is not in [1, n-1]. Zero is what CVE-2022-21449 ("psychic signatures") let pass.
        case scalarOutOfRange
    }

    /// The DER form, written over `output`, which keeps its capacity.
    package static func encodeDER(
        _ raw: Span<UInt8>, curve: EllipticCurve, into output: inout [UInt8]
    ) throws(Fault) {
        let size = curve.scalarByteCount
        guard raw.count == 2 * size else { throw .length }
        let (r, s) = (raw.extracting(0..<size), raw.extracting(size..<2 * size))
        try checkRange(r, order: curve.order.span)
        try checkRange(s, order: curve.order.span)
        let length = integerCount(r) + integerCount(s)
        output.removeAll(keepingCapacity: true)
        output.append(0x30)
        if length > 127 { output.append(0x81) }  // two integers of P-521 take 138 bytes; more than 255 never occur
        output.append(UInt8(length))
        appendInteger(r, to: &output)
        appendInteger(s, to: &output)
    }

    /// 0 < scalar < order. Nothing here is secret, so the comparison may stop early.
    private static func checkRange(_ scalar: Span<UInt8>, order: Span<UInt8>) throws(Fault) {
        guard significant(scalar) < scalar.count else { throw .scalarOutOfRange }
        for index in scalar.indices where scalar[index] != order[index] {
            guard scalar[index] < order[index] else { throw .scalarOutOfRange }
            return
        }
        throw .scalarOutOfRange  // equal to the order
    }

    /// The index of the first byte that is not zero.
    private static func significant(_ scalar: Span<UInt8>) -> Int {
        var index = 0
        while index < scalar.count, scalar[index] == 0 { index += 1 }
        return index
    }

    /// Bytes of the whole INTEGER: tag, length, a zero if the number would look negative, the number.
    private static func integerCount(_ scalar: Span<UInt8>) -> Int {
        let first = significant(scalar)
        return 2 + (scalar[first] & 0x80 != 0 ? 1 : 0) + scalar.count - first
    }

    private static func appendInteger(_ scalar: Span<UInt8>, to output: inout [UInt8]) {
        let first = significant(scalar)
        output.append(0x02)
        output.append(UInt8(integerCount(scalar) - 2))
        if scalar[first] & 0x80 != 0 { output.append(0) }
        for index in first..<scalar.count { output.append(scalar[index]) }
    }

    // MARK: The other way, for `TokenMint`

    /// R || S of a DER form that libcrypto has just made. Nil when it is none.
    static func decodeDER(_ der: [UInt8], curve: EllipticCurve) -> [UInt8]? {
        var index = 2
        if der.count > 2, der[1] == 0x81 { index = 3 }
        var raw: [UInt8] = []
        for _ in 0..<2 {
            guard index + 2 <= der.count, der[index] == 0x02 else { return nil }
            let end = index + 2 + Int(der[index + 1])
            guard end <= der.count else { return nil }
            let number = der[index + 2..<end].drop { $0 == 0 }
            guard number.count <= curve.scalarByteCount else { return nil }
            raw += [UInt8](repeating: 0, count: curve.scalarByteCount - number.count)
            raw += number
            index = end
        }
        return index == der.count ? raw : nil
    }
}
