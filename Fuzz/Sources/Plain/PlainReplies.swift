internal import RedisBlacklist

/// Replies of RESP2 read in the plainest way, from octets that are all there, as hiredis reads them.
struct PlainReplies {
    enum End { case needMore, malformed }

    private(set) var replies: [RedisReply] = []
    private(set) var end = End.needMore
    private var rest: ArraySlice<UInt8>

    init(_ octets: [UInt8]) {
        rest = octets[...]
        do throws(Stop) {
            while true { replies.append(try next()) }
        } catch { end = error.end }
    }

    private struct Stop: Error { var end: End }

    private mutating func next() throws(Stop) -> RedisReply {
        guard let type = rest.popFirst() else { throw Stop(end: .needMore) }
        guard "+-:$*".utf8.contains(type) else { throw Stop(end: .malformed) }
        let line = try line()
        switch type {
        case UInt8(ascii: "+"): return .status(Array(line))
        case UInt8(ascii: "-"): return .error(ErrorReply(line))
        case UInt8(ascii: ":"): return .integer(try number(line))
        case UInt8(ascii: "$"):
            let count = try number(line)
            guard count >= -1 else { throw Stop(end: .malformed) }
            return count == -1 ? .absent : .string(try data(count))
        default:
            let count = try number(line)
            guard count >= -1, count <= Int64(Int32.max) else { throw Stop(end: .malformed) }
            if count == -1 { return .absent }
            var elements: [RedisReply] = []
            for _ in 0..<count { elements.append(try next()) }
            return .array(elements)
        }
    }

    private mutating func line() throws(Stop) -> ArraySlice<UInt8> {
        var index = rest.startIndex
        while index + 1 < rest.endIndex {
            if rest[index] == 13, rest[index + 1] == 10 {
                defer { rest = rest[(index + 2)...] }
                return rest[..<index]
            }
            index += 1
        }
        throw Stop(end: .needMore)
    }

    /// The data, and two octets behind it that nobody looks at.
    private mutating func data(_ count: Int64) throws(Stop) -> [UInt8] {
        guard count <= Int64(rest.count) - 2 else { throw Stop(end: .needMore) }
        defer { rest = rest.dropFirst(Int(count) + 2) }
        return Array(rest.prefix(Int(count)))
    }

    /// One spelling for each number: no plus sign, no zero in front.
    private func number(_ line: ArraySlice<UInt8>) throws(Stop) -> Int64 {
        let text = String(decoding: line, as: UTF8.self)
        guard let number = Int64(text), String(number) == text else { throw Stop(end: .malformed) }
        return number
    }
}
