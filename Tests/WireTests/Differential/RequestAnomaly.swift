/// A request of which two readers might make different things, and what may become of it here.
struct RequestAnomaly {
    enum Fate {
        /// Answered with a refusal, the connection closed, and nothing of it whole at the upstream.
        case refused
        /// At the upstream as one request with this body, its head holding these octets.
        case passed(body: String = "", holds: String = "")
        /// Either of both: what is passed on is what was sent.
        case either(holds: String)
    }

    let text: String
    let fate: Fate

    init(_ text: String, _ fate: Fate) { (self.text, self.fate) = (text, fate) }

    /// What follows the head in a request that is to be refused: a body by one reading, a request by the other.
    private static let bait = "0\r\n\r\nGET /smuggled-TAG HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func head(_ lines: String, _ method: String = "POST") -> String {
        "\(method) /odd-TAG HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n"
    }

    /// Every way to announce a length beside every other, in both orders.
    static let framings: [RequestAnomaly] = {
        let codings = FramingLines.codings.map { line in
            RequestAnomaly(
                head(line.text) + (line.isPlain ? "5\r\nhello\r\n0\r\n\r\n" : bait),
                line.isPlain ? .passed(body: "hello") : .refused)
        }
        let lengths = FramingLines.lengths.map { line in
            RequestAnomaly(
                head(line.text, "GET") + (line.isPlain ? "hello" : bait),
                line.isPlain ? .passed(body: "hello") : .refused)
        }
        let pairs = FramingLines.codings.enumerated().flatMap { index, coding in
            FramingLines.lengths.enumerated().compactMap { number, length -> RequestAnomaly? in
                // Of two that are refused already, a sample.
                guard coding.isPlain || length.isPlain || (index + number) % 8 == 0 else { return nil }
                let lines = (index + number) % 2 == 0 ? [coding.text, length.text] : [length.text, coding.text]
                return RequestAnomaly(head(lines.joined(separator: "\r\n")) + bait, .refused)
            }
        }
        let old = (FramingLines.codings).map { line in
            RequestAnomaly("POST /odd-TAG HTTP/1.0\r\nHost: a\r\n\(line.text)\r\n\r\n\(bait)", .refused)
        }
        return codings + lengths + pairs + old
    }()

    static let chunks: [RequestAnomaly] = ChunkForm.all.map { form in
        RequestAnomaly(
            head("Transfer-Encoding: chunked") + form.text, form.content.map { .passed(body: $0) } ?? .refused)
    }

    /// Every octet at every place of a head.
    static let octets: [RequestAnomaly] = (0...255).flatMap { value -> [RequestAnomaly] in
        let this = octet(value)
        func fate(_ passes: Bool, holds: String) -> Fate { passes ? .passed(holds: holds) : .refused }
        let isToken = Grammar.isToken(value)
        let isContent = Grammar.isFieldContent(value)
        let isBlank = value == 9 || value == 0x20
        let isHost = Grammar.isAlphanumeric(value) || "-._~:".unicodeScalars.contains { $0.value == value }
        let never = Grammar.isNeverOfTarget(value)
        return [
            RequestAnomaly(
                "G\(this)T /odd-TAG HTTP/1.1\r\nHost: a\r\n\r\n", fate(isToken, holds: "G\(this)T /odd-TAG ")),
            RequestAnomaly(
                "\(this)GET /odd-TAG HTTP/1.1\r\nHost: a\r\n\r\n", fate(isToken, holds: "\(this)GET /odd-TAG ")),
            RequestAnomaly("GET\(this)/odd-TAG HTTP/1.1\r\nHost: a\r\n\r\n", fate(value == 0x20, holds: "")),
            RequestAnomaly(
                "GET /odd-TAG/x\(this)y HTTP/1.1\r\nHost: a\r\n\r\n",
                never && value < 0x80 && this != "#" ? .refused : .either(holds: "/odd-TAG/x\(this)y ")),
            RequestAnomaly(
                "GET /odd-TAG?x\(this)y HTTP/1.1\r\nHost: a\r\n\r\n",
                never ? .refused : .either(holds: "/odd-TAG?x\(this)y ")),
            RequestAnomaly("GET /odd-TAG\(this)HTTP/1.1\r\nHost: a\r\n\r\n", fate(value == 0x20, holds: "")),
            RequestAnomaly("GET /odd-TAG HTTP\(this)1.1\r\nHost: a\r\n\r\n", fate(value == 0x2F, holds: "")),
            RequestAnomaly("GET /odd-TAG HTTP/1.1\(this)\r\nHost: a\r\n\r\n", .refused),
            RequestAnomaly(head("X\(this)Y: 1", "GET"), fate(isToken || value == 0x3A, holds: "X\(this)Y")),
            RequestAnomaly(head("\(this)X: 1", "GET"), fate(isToken, holds: "\(this)X: 1")),
            RequestAnomaly(head("X\(this): 1", "GET"), fate(isToken || value == 0x3A, holds: "X\(this)")),
            RequestAnomaly(head("X: a\(this)b", "GET"), fate(isContent, holds: "a\(this)b")),
            RequestAnomaly(head("X:\(this)b", "GET"), fate(isContent, holds: isBlank ? "b" : "\(this)b")),
            RequestAnomaly(head("X: b\(this)", "GET"), fate(isContent, holds: isBlank ? "b" : "b\(this)")),
            RequestAnomaly(head("X: y\r\(this)\nZ: z", "GET"), .refused),
            RequestAnomaly("GET /odd-TAG HTTP/1.1\r\nHost: a\(this)1\r\n\r\n", fate(isHost, holds: "a\(this)1")),
        ]
    }

    /// Line ends that are none, at every line of a head; and blanks that are none.
    static let lines: [RequestAnomaly] = {
        let ends = ["\n", "\r", "\r\r\n", "\n\r", "\r\n\n", "\u{0}\r\n", "\u{B}", "\u{85}"] + blankScalars.map(utf8)
        let heads = ends.flatMap { end in
            [
                "GET /odd-TAG HTTP/1.1\(end)Host: a\r\nX: y\r\n\r\n",
                "GET /odd-TAG HTTP/1.1\r\nHost: a\(end)X: y\r\n\r\n",
            ]
        }
        let unfinished = ["\n", "\r", "\r\r\n", "\n\r\n", "\u{0}\r\n"].map {
            "GET /odd-TAG HTTP/1.1\r\nHost: a\r\nX: y\r\n\($0)"
        }
        let blanks = blankScalars.map(utf8).flatMap { blank in
            [
                "GET\(blank)/odd-TAG HTTP/1.1\r\nHost: a\r\n\r\n", "GET /odd-TAG\(blank)HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /odd-TAG HTTP/1.1\r\nHost:\(blank)a\r\n\r\n", "GET /odd-TAG HTTP/1.1\r\nHost\(blank): a\r\n\r\n",
                "GET /odd-TAG HTTP/1.1\r\n\(blank)Host: a\r\n\r\n",
            ]
        }
        return (heads + unfinished + blanks).map { RequestAnomaly($0, .refused) }
    }()

    /// Targets, hosts and versions by which a request could be for someone else.
    static let targets: [RequestAnomaly] = {
        let refused = [
            "GET http://b/odd-TAG HTTP/1.1\r\nHost: a", "GET http://a@b/odd-TAG HTTP/1.1\r\nHost: b",
            "GET http://a:80/odd-TAG HTTP/1.1\r\nHost: a", "GET http:/odd-TAG HTTP/1.1\r\nHost: a",
            "GET http:odd-TAG HTTP/1.1\r\nHost: a", "GET ftp://a/odd-TAG HTTP/1.1\r\nHost: a",
            "GET odd-TAG HTTP/1.1\r\nHost: a", "GET a/odd-TAG HTTP/1.1\r\nHost: a", "GET *odd-TAG HTTP/1.1\r\nHost: a",
            "GET \\odd-TAG HTTP/1.1\r\nHost: a", "CONNECT odd-TAG:80 HTTP/1.1\r\nHost: odd-TAG:80",
            "GET /odd-TAG HTTP/1.1\r\nX: y", "GET /odd-TAG HTTP/1.1\r\nHost:",
            "GET /odd-TAG HTTP/1.1\r\nHost: a\r\nHost: a", "GET /odd-TAG HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: b",
            "GET /odd-TAG HTTP/1.1\r\nHost: a, b", "GET /odd-TAG HTTP/1.1\r\nHost: a b",
            "GET /odd-TAG HTTP/1.1\r\nHost: a@b",
            "GET /odd-TAG HTTP/1.1\r\nHost: a/odd", "GET /odd-TAG HTTP/1.1\r\nHost: http://a",
            "GET /odd-TAG HTTP/1.1\r\nHost: a:x",
            "GET /odd-TAG HTTP/1.1\r\nHost: a:65536", "GET /odd-TAG HTTP/1.1\r\nHost: [::1",
            "GET /odd-TAG HTTP/1.1\r\n Host: a",
            "GET /odd-TAG", "GET /odd-TAG HTTP/0.9\r\nHost: a", "GET /odd-TAG HTTP/1.2\r\nHost: a",
            "GET /odd-TAG HTTP/2.0\r\nHost: a", "GET /odd-TAG HTTP/1.1.1\r\nHost: a", "GET /odd-TAG HTTP/11\r\nHost: a",
            "GET /odd-TAG http/1.1\r\nHost: a", "GET /odd-TAG HTTP/1.1 HTTP/1.1\r\nHost: a",
            "GET  /odd-TAG HTTP/1.1\r\nHost: a",
            "GET /odd-TAG  HTTP/1.1\r\nHost: a", "\r\n\r\nGET /odd-TAG HTTP/1.1\r\nHost: a",
            "GET /odd-TAG HTTP/1.1\r\nHost: a\r\nConnection: Content-Length\r\nContent-Length: 0",
            "GET /odd-TAG HTTP/1.1\r\nHost: a\r\nConnection: Host",
            "GET /odd-TAG HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, x",
        ]
        let passed = [
            "GET http://a/odd-TAG HTTP/1.1\r\nHost: a", "GET HTTP://A/odd-TAG HTTP/1.1\r\nHost: a",
            "GET /odd-TAG HTTP/1.1\r\nhost:a", "\r\nGET /odd-TAG HTTP/1.1\r\nHost: a",
            "GET /odd-TAG HTTP/1.1\r\nHost: [::1]:80",
        ]
        return refused.map { RequestAnomaly("\($0)\r\n\r\n", .refused) }
            + passed.map { RequestAnomaly("\($0)\r\n\r\n", .passed(holds: "GET /odd-TAG HTTP/1.1\r\n")) }
    }()
}
