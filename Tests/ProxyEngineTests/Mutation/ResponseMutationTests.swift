import NIOCore
import ProxyEngine
import Testing

@Suite("Damaged responses are refused, or are responses that nobody can read in two ways")
struct ResponseMutationTests {
    static let heads = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nabcde",
        "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nConnection: X-A\r\nX-A: \u{80}\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\nServer:\tx\r\n\r\n",
        "HTTP/1.1 204 x\r\nSet-Cookie: a=b\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    ]
    static let pieces = [
        "\r\n", "\r\n\r\n", "\r\n ", "\n", "Content-Length: 7\r\n", "Content-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n",
        "transfer-encoding: gzip\r\n", "Content.Length: 1\r\n", "Connection: content-length\r\n", "HTTP/1.1 200 OK\r\n",
        "chunked, ", "0", "9", ":",
        " :", "\t", "HTTP/2.0", "Upgrade: h2c\r\n",
    ]

    @Test("A thousand mutants", arguments: 0..<50)
    func mutants(seed: Int) {
        var mutator = Mutator(seed: seed, pieces: Self.pieces)
        let (head, again) = (ResponseHead(), ResponseHead())
        for _ in 0..<1000 {
            let mutant = mutator.mutate(octets(mutator.generator.element(of: Self.heads)))
            let isHead = mutator.generator.oneIn(4)
            let reading = head.reading(of: mutant, isHead: isHead)
            let part = again.reading(of: mutant[..<mutator.generator.below(mutant.count + 1)], isHead: isHead)
            #expect(part == reading || part.outcome == .incomplete, "\(text(mutant))")
            guard let parts = reading.parts else { continue }
            if let objection = Self.objection(to: Array(mutant[..<parts.length]), parts, isHead: isHead) {
                Issue.record("\(objection): \(text(mutant))")
            }
            if let objection = Self.objection(toPassing: head, parts, isHead: isHead) {
                Issue.record("\(objection): \(text(mutant))")
            }
        }
    }

    private static func objection(to head: [UInt8], _ parts: ResponseReading.Parts, isHead: Bool) -> String? {
        let message: NaiveMessage
        switch NaiveMessage.read(head) {
        case .failure(let objection): return "\(objection)"
        case .success(let read): message = read
        }
        let line = message.startLine
        guard line.hasPrefix("HTTP/1.0 \(parts.status) ") || line.hasPrefix("HTTP/1.1 \(parts.status) "),
            100...599 ~= parts.status
        else { return "the status line is \(line)" }
        guard let framing = message.framing else { return "the framing is \(parts.framing)" }
        let hasNoBody = isHead || parts.status < 200 || parts.status == 204 || parts.status == 304
        let isUnframed = message.values("content-length").isEmpty && message.values("transfer-encoding").isEmpty
        let expected: BodyFraming = hasNoBody ? .none : isUnframed ? .untilClose : framing
        return parts.framing == expected ? nil : "the framing is \(parts.framing)"
    }

    /// What goes on must be a response again, and the same one.
    private static func objection(toPassing head: ResponseHead, _ parts: ResponseReading.Parts, isHead: Bool) -> String?
    {
        let encoding: BodyEncoding = parts.framing == .chunked || parts.framing == .untilClose ? .chunked : .identity
        var out = ByteBuffer()
        ResponseWriter.writeHead(head, encoding: encoding, closes: false, to: &out)
        let again = ResponseHead()
        let passed = Array(out.readableBytesView)
        guard let second = again.reading(of: passed, isHead: isHead).parts else { return "what goes on is no response" }
        guard second.length == passed.count else { return "what goes on is two responses" }
        let framing: BodyFraming = parts.framing == .untilClose ? .chunked : parts.framing
        return second.status == parts.status && second.framing == framing ? nil : "what goes on is another response"
    }
}
