/// The chunked coding read in the plainest way, from a body that is there as a whole.
struct NaiveChunks {
    var data: [UInt8] = []
    /// How many octets the coding took.
    var length = 0

    /// Nil where the octets are no chunked body, or not all of one.
    init?(_ body: [UInt8]) {
        while true {
            guard let line = Self.line(of: body, from: length), let size = Self.size(in: body[line]) else { return nil }
            length = line.upperBound + 2
            if size == 0 { break }
            guard size <= body.count - length, body[(length + size)...].starts(with: [13, 10]) else { return nil }
            data += body[length..<length + size]
            length += size + 2
        }
        while let line = Self.line(of: body, from: length) {
            length = line.upperBound + 2
            if line.isEmpty { return }
            guard let colon = body[line].firstIndex(of: 0x3A), colon > line.lowerBound,
                body[line.lowerBound..<colon].allSatisfy(isTokenCharacter),
                body[colon..<line.upperBound].allSatisfy(isFieldContent)
            else { return nil }
        }
        return nil
    }

    private static func line(of body: [UInt8], from start: Int) -> Range<Int>? {
        for end in start..<max(start, body.count - 1) where body[end] == 13 && body[end + 1] == 10 {
            return start..<end
        }
        return nil
    }

    private static func size(in line: ArraySlice<UInt8>) -> Int? {
        let digits = line.prefix { $0 != 0x3B }
        guard !digits.isEmpty, digits.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }) else { return nil }
        guard line.allSatisfy(isFieldContent) else { return nil }
        return Int(text(digits), radix: 16)
    }
}
