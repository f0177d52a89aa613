/// Octets that an upstream sends where a response should be, and what may become of them here.
struct ResponseAnomaly {
    enum Fate {
        /// 502, and none of it passed on.
        case invalid
        /// A response with this body and, among its fields, this one of the name X.
        case passed(body: String = "", field: String? = nil)
        /// The head was passed on; the body is cut off, and does not look complete.
        case cutOff
    }

    let text: String
    let fate: Fate
    /// Whether the upstream closes behind it.
    let closes: Bool

    init(_ text: String, _ fate: Fate, closes: Bool = false) {
        (self.text, self.fate, self.closes) = (text, fate, closes)
    }

    /// A response that nobody asked for: whoever gets it has another's.
    static let poison = "HTTP/1.1 200 OK\r\nX-Upstream: poison\r\nContent-Length: 6\r\n\r\npoison"

    private static func response(_ lines: String, _ body: String = "") -> String {
        "HTTP/1.1 200 OK\r\nX-Upstream: odd\r\n\(lines)\r\n\r\n\(body)"
    }

    /// Every way to announce a length beside every other, in both orders.
    static let framings: [ResponseAnomaly] = {
        let codings = FramingLines.codings.map { line in
            ResponseAnomaly(
                response(line.text, line.isPlain ? "5\r\nhello\r\n0\r\n\r\n" : poison),
                line.isPlain ? .passed(body: "hello") : .invalid, closes: !line.isPlain)
        }
        let lengths = FramingLines.lengths.map { line in
            ResponseAnomaly(
                response(line.text, line.isPlain ? "hello" : poison), line.isPlain ? .passed(body: "hello") : .invalid)
        }
        let pairs = FramingLines.codings.enumerated().flatMap { index, coding in
            FramingLines.lengths.enumerated().compactMap { number, length -> ResponseAnomaly? in
                guard coding.isPlain || length.isPlain || (index + number) % 8 == 0 else { return nil }
                let lines = (index + number) % 2 == 0 ? [coding.text, length.text] : [length.text, coding.text]
                return ResponseAnomaly(response(lines.joined(separator: "\r\n"), "0\r\n\r\n\(poison)"), .invalid)
            }
        }
        return codings + lengths + pairs
    }()

    static let chunks: [ResponseAnomaly] = ChunkForm.all.map { form in
        ResponseAnomaly(
            response("Transfer-Encoding: chunked", form.text), form.content.map { .passed(body: $0) } ?? .cutOff,
            // One that ends leaves a connection that others may use, and must not find closed under their hands.
            closes: form.content == nil)
    }

    /// What stands behind the end of a response, or instead of it. A body without an announced end lasts until the close.
    static let ends: [ResponseAnomaly] =
        ["x", "\r\n", "\0", poison, "HTTP/1.1 100 Continue\r\n\r\n", "0\r\n\r\n"].flatMap { rest in
            [
                ResponseAnomaly(response("Content-Length: 5", "hello\(rest)"), .passed(body: "hello")),
                ResponseAnomaly(response("Content-Length: 0", rest), .passed()),
                ResponseAnomaly(
                    response("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n\(rest)"), .passed(body: "hello")),
                ResponseAnomaly("HTTP/1.1 204 No Content\r\nX-Upstream: odd\r\n\r\n\(rest)", .passed()),
                ResponseAnomaly(
                    "HTTP/1.1 304 Not Modified\r\nX-Upstream: odd\r\nContent-Length: 5\r\n\r\n\(rest)", .passed()),
                ResponseAnomaly(
                    response("Connection: close", "hello\(rest)"), .passed(body: "hello\(rest)"), closes: true),
            ]
        }
        + (0..<response("Content-Length: 5", "hello").utf8.count).map { count in
            let text = String(response("Content-Length: 5", "hello").unicodeScalars.prefix(count))
            return ResponseAnomaly(text, text.contains("\r\n\r\n") ? .cutOff : .invalid, closes: true)
        }

    /// Every octet at every place of a head.
    static let octets: [ResponseAnomaly] = (0...255).flatMap { value -> [ResponseAnomaly] in
        let this = octet(value)
        func fate(_ passes: Bool, _ field: String? = nil) -> Fate { passes ? .passed(field: field) : .invalid }
        let isToken = Grammar.isToken(value)
        let isContent = Grammar.isFieldContent(value)
        let isBlank = value == 9 || value == 0x20
        let rest = "\r\nX-Upstream: odd\r\nContent-Length: 0\r\n\r\n"
        return [
            ResponseAnomaly("\(this)HTTP/1.1 200 OK\(rest)", .invalid),
            ResponseAnomaly("HTTP\(this)1.1 200 OK\(rest)", fate(value == 0x2F)),
            ResponseAnomaly("HTTP/1.1\(this)200 OK\(rest)", fate(value == 0x20)),
            ResponseAnomaly("HTTP/1.1 2\(this)0 OK\(rest)", fate((0x30...0x39).contains(value))),
            ResponseAnomaly("HTTP/1.1 200\(this)OK\(rest)", fate(value == 0x20)),
            ResponseAnomaly("HTTP/1.1 200 O\(this)K\(rest)", fate(isContent)),
            ResponseAnomaly("HTTP/1.1 200 OK\r\(value == 0x0A ? "" : this)\(rest)", .invalid),
            ResponseAnomaly("HTTP/1.1 200 OK\r\nA\(this)B: 1\(rest)", fate(isToken || value == 0x3A)),
            ResponseAnomaly("HTTP/1.1 200 OK\r\n\(this)A: 1\(rest)", fate(isToken)),
            ResponseAnomaly("HTTP/1.1 200 OK\r\nA\(this): 1\(rest)", fate(isToken || value == 0x3A)),
            ResponseAnomaly("HTTP/1.1 200 OK\r\nX: a\(this)b\(rest)", fate(isContent, "a\(this)b")),
            ResponseAnomaly("HTTP/1.1 200 OK\r\nX:\(this)b\(rest)", fate(isContent, isBlank ? "b" : "\(this)b")),
            ResponseAnomaly("HTTP/1.1 200 OK\r\nX: b\(this)\(rest)", fate(isContent, isBlank ? "b" : "b\(this)")),
            ResponseAnomaly("HTTP/1.1 200 OK\r\nX: y\r\(this)\nZ: z\(rest)", .invalid),
        ]
    }
}
