extension Span where Element == UInt8 {
    /// The first offset from `start` on whose octet may not stand in a field value (so also that of its CR).
    ///
    /// Eight octets at a time: `(word - 0x20…) & ~word & 0x80…` is not zero when an octet is below 0x20, the same after
    /// XOR with 0x7F… when one is DEL; a borrow can only raise a false alarm above a true one, so the lowest mark is right, and
    /// the scan goes there at once. HTAB, which is allowed, is marked too and told apart there.
    @inline(__always)
    func endOfFieldContent(from start: Int) -> Int {
        let raw = bytes
        var position = start
        while position < count {
            if position + 8 <= count {
                let word = UInt64(
                    littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
                let noDelete = word ^ 0x7F7F_7F7F_7F7F_7F7F
                let low = (word &- 0x2020_2020_2020_2020) & ~word
                let delete = (noDelete &- 0x0101_0101_0101_0101) & ~noDelete
                let alarms = (low | delete) & 0x8080_8080_8080_8080
                if alarms == 0 {
                    position += 8
                    continue
                }
                position += alarms.trailingZeroBitCount >> 3
            }
            guard Octet.isFieldContent(self[position]) else { return position }
            position += 1
        }
        return position
    }

    /// Whether the octets in `range` are `text`, byte for byte.
    func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            for offset in 0..<range.count where self[range.lowerBound + offset] != expected[offset] { return false }
            return true
        }
    }

    /// Whether the octets in `range` are `text` without regard to ASCII case; `text` is in lower case.
    func equalsIgnoringCase(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            for offset in 0..<range.count
            where Octet.lowercased(self[range.lowerBound + offset]) != expected[offset] {
                return false
            }
            return true
        }
    }

    /// Whether two ranges hold the same octets without regard to ASCII case.
    func equalsIgnoringCase(_ range: Range<Int>, _ other: Range<Int>) -> Bool {
        guard range.count == other.count else { return false }
        for offset in 0..<range.count
        where Octet.lowercased(self[range.lowerBound + offset]) != Octet.lowercased(self[other.lowerBound + offset]) {
            return false
        }
        return true
    }

    /// Whether a head may be judged now: its empty line ends at `start` or later, or an LF without CR does, which no head
    /// may have.
    func hasEndOfHead(from start: Int) -> Bool {
        var position = start
        while position < count {
            if self[position] == Octet.lineFeed {
                guard position > 0, self[position - 1] == Octet.carriageReturn else { return true }
                if position >= 3, self[position - 2] == Octet.lineFeed, self[position - 3] == Octet.carriageReturn {
                    return true
                }
            }
            position += 1
        }
        return false
    }

    /// The whole octets in `range` as a decimal number; nil unless all are digits and it fits (RFC 9110 §8.6: 1*DIGIT).
    func decimal(_ range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.count <= 19 else { return nil }
        var value = 0
        for position in range {
            guard Octet.isDigit(self[position]) else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(Int(self[position] &- Octet.zero))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}

extension Span where Element == UInt8 {
    /// The next element of a comma-separated list, without the blanks around it; empty ones are passed over
    /// (RFC 9110 §5.6.1.2). `rest` is then what stands behind it. No array of them: one is wanted at a time, in every message.
    func nextListElement(in rest: inout Range<Int>) -> Range<Int>? {
        while !rest.isEmpty {
            var end = rest.lowerBound
            while end < rest.upperBound, self[end] != Octet.comma { end += 1 }
            var (first, last) = (rest.lowerBound, end)
            while first < last, Octet.isBlank(self[first]) { first += 1 }
            while last > first, Octet.isBlank(self[last - 1]) { last -= 1 }
            rest = min(end + 1, rest.upperBound)..<rest.upperBound
            if first < last { return first..<last }
        }
        return nil
    }
}
