/// A segment's hash, eight bytes at a time and without case.
///
/// Setting bit 5 of every byte folds more than letters together; that only makes hashes equal, and segments are
/// always compared whole. One byte at a time took four times the instructions.
enum SegmentHash {
    private static let caseBits: UInt64 = 0x2020_2020_2020_2020
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The hash, and the segment's last bytes.
    ///
    /// Loads aren't checked again: every offset is below the range's end, which is in bounds. Checked, a request took
    /// a quarter more instructions.
    @inline(__always)
    static func of(_ bytes: RawSpan, _ range: Range<Int>) -> (hash: UInt64, tail: UInt64) {
        var hash = UInt64(truncatingIfNeeded: range.count)
        var index = range.lowerBound
        while range.upperBound &- index > 8 {
            hash = mixed(hash ^ (bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self) | caseBits))
            index &+= 8
        }
        let tail = tail(bytes, index, count: range.upperBound &- index)
        // Twice: the slot is taken from the upper bits, which one multiplication leaves alike for words that differ
        // in their last letters only.
        return (mixed(mixed(hash ^ (tail | caseBits))), tail)
    }

    /// One to eight bytes, filled up with zeros.
    @inline(__always)
    private static func tail(_ bytes: RawSpan, _ index: Int, count: Int) -> UInt64 {
        // Where eight bytes can be read, those beyond the end are shifted out.
        if index &+ 8 <= bytes.byteCount {
            let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
            let unused = UInt64(truncatingIfNeeded: (8 &- count) &* 8)
            return (word &<< unused) &>> unused
        }
        var word: UInt64 = 0
        var offset = count
        while offset > 0 {
            offset &-= 1
            word = word &<< 8 | UInt64(bytes.unsafeLoad(fromUncheckedByteOffset: index &+ offset, as: UInt8.self))
        }
        return word
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value &* factor
        return product ^ product &>> 32
    }
}
