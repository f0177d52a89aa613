/// The chunked coding (RFC 9112 §7.1) read in the plainest way, from octets that are all there.
struct PlainChunks {
    private(set) var data: [UInt8] = []
    private(set) var trailers: [PlainHead.Field] = []
    /// How many octets the coding took.
    private(set) var length = 0

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
        // The trailer section is a field section: with any first line in front it is a head.
        let start = length
        repeat {
            guard let line = Self.line(of: body, from: length) else { return nil }
            length = line.upperBound + 2
            if line.isEmpty { break }
        } while true
        do throws(Objection) {
            trailers = try PlainHead(octets("x\r\n") + body[start..<length]).fields
        } catch { return nil }
    }

    private static func line(of body: [UInt8], from start: Int) -> Range<Int>? {
        var end = start
        while end + 1 < body.count {
            if body[end] == 13, body[end + 1] == 10 { return start..<end }
            end += 1
        }
        return nil
    }

    /// chunk-size [ ";" … ], where no line end and no control octet may be.
    private static func size(in line: ArraySlice<UInt8>) -> Int? {
        let digits = line.prefix { $0.hexValue != nil }
        let rest = line[digits.endIndex...]
        guard !digits.isEmpty, rest.isEmpty || rest.first == 0x3B, line.allSatisfy(PlainHead.isContent) else {
            return nil
        }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
