/// The segments of a path that the table can read, with the bytes that spell them.
struct PathSpelling {
    /// As received.
    let raw: [[UInt8]]
    /// Escapes decoded.
    let segments: [[UInt8]]

    /// - Parameter path: starts with a slash and holds no invalid escape.
    init(_ path: [UInt8]) {
        raw = path.dropFirst().split(separator: PathBytes.Character.slash, omittingEmptySubsequences: false).map(
            Array.init)
        segments = raw.map { Self.decoded($0[...]) }
    }

    /// The path with these segments instead: those that are the same keep their bytes.
    func respelled(_ other: [[UInt8]]) -> [UInt8] {
        var path: [UInt8] = []
        for (index, segment) in other.enumerated() {
            path.append(PathBytes.Character.slash)
            let isSame = segments.indices.contains(index) && segments[index] == segment
            path += isSame ? raw[index] : Self.encoded(segment)
        }
        return path
    }

    /// A request's path of these segments.
    static func path(_ segments: [[UInt8]]) -> [UInt8] {
        segments.flatMap { [PathBytes.Character.slash] + encoded($0) }
    }

    static func decoded(_ raw: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = raw
        while let byte = rest.popFirst() {
            if byte == PathBytes.Character.percent, rest.count >= 2,
                let high = ASCII.hexValue(rest[rest.startIndex]),
                let low = ASCII.hexValue(rest[rest.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func encoded(_ segment: [UInt8]) -> [UInt8] {
        segment.flatMap { PathBytes.isOrdinary($0) ? [$0] : Self.escape($0) }
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [PathBytes.Character.percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
