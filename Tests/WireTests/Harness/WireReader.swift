/// What is wrong with the bytes that came, or with their not coming.
enum WireFault: Error, Equatable, CustomStringConvertible {
    case closed
    case reset
    case malformed(String)

    var description: String {
        switch self {
        case .closed: "the connection ended before the message did"
        case .reset: "the connection was reset"
        case .malformed(let what): "not HTTP/1.1: \(what)"
        }
    }
}

/// Reads lines and counted bytes from a connection, strictly: a line ends with CRLF and contains neither otherwise.
final class WireReader {
    private let socket: Socket
    private var buffer: [UInt8] = []
    private var start = 0
    /// All that was taken so far, exactly as it came; `takeRecord` empties it.
    private var record: [UInt8] = []

    init(_ socket: Socket) { self.socket = socket }

    func line(until deadline: Deadline) throws -> String {
        var scanned = 0  // of what is there, so that a long line is not scanned again with each piece of it
        while true {
            if let end = buffer[(start + scanned)...].firstIndex(of: UInt8(ascii: "\n")) {
                return try lineContent(take(end + 1 - start))
            }
            scanned = buffer.count - start
            try fill(until: deadline)
        }
    }

    func bytes(_ count: Int, until deadline: Deadline) throws -> [UInt8] {
        while buffer.count - start < count { try fill(until: deadline) }
        return Array(take(count))
    }

    /// As many as there are at once, at least one and at most `limit`.
    func some(atMost limit: Int, until deadline: Deadline) throws -> [UInt8] {
        if buffer.count == start { try fill(until: deadline) }
        return Array(take(min(limit, buffer.count - start)))
    }

    /// What has come and was not read yet, for whoever reads on from the socket itself.
    func buffered() -> [UInt8] { Array(take(buffer.count - start)) }

    func rest(until deadline: Deadline) throws -> [UInt8] {
        while true {
            do { try fill(until: deadline) } catch WireFault.closed { return Array(take(buffer.count - start)) }
        }
    }

    /// Nothing more came and the other side has closed; a reset counts, since it too says that nothing will come.
    func isAtEnd(until deadline: Deadline) throws -> Bool {
        guard buffer.count == start else { return false }
        do { try fill(until: deadline) } catch is WireFault { return true }
        return false
    }

    func takeRecord() -> [UInt8] {
        defer { record = [] }
        return record
    }

    private func lineContent(_ line: ArraySlice<UInt8>) throws -> String {
        let content = line.dropLast(2)
        guard line.dropLast().last == UInt8(ascii: "\r"), !content.contains(UInt8(ascii: "\r")), !content.contains(0)
        else { throw WireFault.malformed("a bare CR or LF, or a NUL, in \(String(decoding: line, as: UTF8.self))") }
        return String(decoding: content, as: UTF8.self)
    }

    private func take(_ count: Int) -> ArraySlice<UInt8> {
        defer { start += count }
        let taken = buffer[start..<start + count]
        record += taken
        return taken
    }

    private func fill(until deadline: Deadline) throws {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        }
        switch try socket.receive(until: deadline) {
        case .bytes(let more): buffer += more
        case .end: throw WireFault.closed
        case .reset: throw WireFault.reset
        }
    }
}
