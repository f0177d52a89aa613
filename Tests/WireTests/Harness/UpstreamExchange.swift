internal import Synchronization

/// The head of a request as the upstream received it.
struct RequestHead: Sendable {
    let raw: [UInt8]
    let method: String
    let target: String
    let version: String
    let fields: [Field]

    /// nil when the connection ends between requests. Strict: what a gateway may not send is a fault.
    static func read(from reader: WireReader) throws -> RequestHead? {
        // A kept-alive connection may be quiet for as long as a test lasts.
        guard try !reader.isAtEnd(until: .after(.seconds(120))) else { return nil }
        _ = reader.takeRecord()
        let line = try reader.line(until: .after())
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3, words[2] == "HTTP/1.1" else { throw WireFault.malformed("request line \(line)") }
        let fields = try [Field].read(from: reader, until: .after())
        guard fields.all("host").count == 1 else { throw WireFault.malformed("Host: \(fields.all("host"))") }
        return RequestHead(
            raw: reader.takeRecord(), method: words[0], target: words[1], version: words[2], fields: fields)
    }
}

/// A request that came to the upstream. Its body grows as it arrives.
final class ReceivedRequest: Sendable {
    let connection: Int
    let head: RequestHead
    private let content = Mutex((body: Body(isComplete: false), hasEnded: false))

    init(connection: Int, head: RequestHead) {
        self.connection = connection
        self.head = head
    }

    var target: String { head.target }
    var fields: [Field] { head.fields }
    var body: Body { content.withLock { $0.body } }
    /// No more of its body will come, whether it was all of it or not.
    var hasEnded: Bool { content.withLock { $0.hasEnded } }

    func append(_ bytes: [UInt8]) { content.withLock { $0.body.bytes += bytes } }
    func finish(with body: Body) { content.withLock { $0 = (body, true) } }
}

/// One request and its answer, on the connection's own thread.
final class UpstreamExchange {
    let request: ReceivedRequest
    let socket: Socket
    private let reader: WireReader
    private var hasReadBody = false
    private(set) var isOver = false

    init(request: ReceivedRequest, socket: Socket, reader: WireReader) {
        self.request = request
        self.socket = socket
        self.reader = reader
    }

    /// To its end; nothing when it was read already.
    @discardableResult
    func readBody() throws -> Body {
        guard !hasReadBody else { return request.body }
        hasReadBody = true
        let framing = try BodyFraming(fields: request.fields, otherwise: .none)
        request.finish(with: try Body.read(framing, from: reader, until: .after(.seconds(60))))
        return request.body
    }

    /// Bytes of the body as they stand on the wire, chunk sizes included, as many as there are at once.
    func someRawBody(atMost limit: Int = 65536) throws -> [UInt8] {
        hasReadBody = true
        let bytes = try reader.some(atMost: limit, until: .after(.seconds(60)))
        request.append(bytes)
        return bytes
    }

    /// What has come of the body so far; the rest is read from the socket.
    func buffered() -> [UInt8] {
        hasReadBody = true
        return reader.buffered()
    }

    /// Exactly these bytes.
    func send(_ text: String) throws {
        // From here on it is no HTTP, and no request follows.
        if text.hasPrefix("HTTP/1.1 101 ") { isOver = true }
        try send(Array(text.utf8))
    }
    func send(_ bytes: [UInt8]) throws {
        guard try socket.send(bytes, within: .seconds(60)) else { throw WireFault.closed }
    }

    /// A plain response that keeps the connection.
    func respond(_ status: String = "200 OK", fields: [String] = [], body: String = "") throws {
        let lines = ["HTTP/1.1 \(status)", "X-Upstream: script", "Content-Length: \(body.utf8.count)"] + fields
        try send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (request.head.method == "HEAD" ? "" : body))
    }

    /// A response of so many octets, as fast as they are taken; those of a piece within a minute.
    func respond(octets count: Int) throws {
        try send("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n")
        let piece = [UInt8](repeating: 0x61, count: 100_000)
        for start in stride(from: 0, to: count, by: piece.count) { try send(Array(piece.prefix(count - start))) }
    }

    /// The request exactly as it came: its head, then its body without framing.
    func echo() throws {
        let body = try readBody()
        let content = request.head.raw + body.bytes
        let head = "HTTP/1.1 200 OK\r\nX-Upstream: echo\r\nX-Connection: \(request.connection)\r\n"
        let trailers = body.trailers.map { "X-Saw-Trailer: \($0.name)\r\n" }.joined()
        try send(
            Array("\(head)\(trailers)Content-Length: \(content.count)\r\n\r\n".utf8)
                + (request.head.method == "HEAD" ? [] : content))
    }

    /// Ends the connection with what was sent so far.
    func close() {
        isOver = true
        socket.close()
    }

    /// Ends it with a reset.
    func reset() {
        isOver = true
        socket.reset()
    }

    /// The gateway has closed its side: true once it has.
    func waitForClose() throws -> Bool {
        while isOver, try !reader.isAtEnd(until: .after()) { _ = try reader.some(atMost: 65536, until: .after()) }
        return try reader.isAtEnd(until: .after())
    }
}
