/// A client that sends exactly the bytes it is told to.
final class RawClient {
    let socket: Socket
    private let reader: WireReader

    init(port: Int, from source: UInt8? = nil, room: Int32? = nil) throws {
        socket = try Socket.connected(to: port, from: source, room: room)
        reader = WireReader(socket)
    }

    /// A server that has answered and closed before it took everything is no failure of the client's.
    func send(_ text: String) throws { try socket.send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }

    func finishSending() { socket.finishSending() }
    func close() { socket.close() }
    func reset() { socket.reset() }

    /// The next response; one whose body was cut off has `isComplete` false. 1xx are responses of their own here.
    func response(to method: String = "GET", within duration: Duration = Deadline.usual) throws -> Response {
        try Response.read(to: method, from: reader, until: .after(duration))
    }

    /// Raw bytes of a body, as they arrive.
    func bytes(_ count: Int) throws -> [UInt8] { try reader.bytes(count, until: .after()) }
    func line() throws -> String { try reader.line(until: .after()) }

    /// What has come behind all that was read; what follows it is read from the socket.
    func buffered() -> [UInt8] { reader.buffered() }

    /// The server closes and sends no further byte.
    func isClosed(within duration: Duration = Deadline.usual) throws -> Bool {
        try reader.isAtEnd(until: .after(duration))
    }
}

/// A request in its plainest form; what is odd about one is written out by the test.
struct Request {
    var method = "GET"
    var target: String
    var fields: [String] = []
    var body: String?

    var text: String {
        var lines = ["\(method) \(target) HTTP/1.1"]
        if !fields.contains(where: { $0.lowercased().hasPrefix("host:") }) { lines.append("Host: gateway.test") }
        lines += fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }
}
