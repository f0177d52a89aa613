internal import FoundationEssentials

/// A response as the client saw it.
struct Response: Sendable {
    let version: String
    let status: Int
    let reason: String
    let fields: [Field]
    let framing: BodyFraming
    let body: Body

    var text: String { String(decoding: body.bytes, as: UTF8.self) }
    var isComplete: Bool { body.isComplete }

    func field(_ name: String) -> String? { fields.first(name) }

    /// The connection can carry another request (RFC 9112, section 9.3).
    var keepsAlive: Bool { field("connection")?.lowercased().contains("close") != true && framing != .untilClose }

    /// RFC 9112, section 4: HTTP-version SP 3DIGIT SP [ reason-phrase ]
    static func read(
        to method: String, from reader: WireReader, until deadline: Deadline
    ) throws -> Response {
        let line = try reader.line(until: deadline)
        let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0",
            words[1].utf8.count == 3, let status = Int(words[1]), (100..<600).contains(status)
        else { throw WireFault.malformed("status line \(line)") }
        let fields = try [Field].read(from: reader, until: deadline)
        let hasNoBody = method == "HEAD" || status < 200 || status == 204 || status == 304
        let framing = try hasNoBody ? .none : BodyFraming(fields: fields, otherwise: .untilClose)
        return Response(
            version: String(words[0]), status: status, reason: String(words[2]), fields: fields, framing: framing,
            body: try Body.read(framing, from: reader, until: deadline))
    }
}

// MARK: - What the gateway answers itself

/// The body of a refusal.
struct Problem: Decodable, Equatable {
    let type: String
    let title: String
    let status: Int
    let code: String
    let error: String
    let request_id: String
}

extension Response {
    /// The problem document, which only a refusal of the gateway's own is.
    func problem() throws -> Problem {
        guard field("content-type") == "application/problem+json" else {
            throw HarnessFailure("\(status) is no problem document: \(fields) \(text)")
        }
        return try JSONDecoder().decode(Problem.self, from: Data(body.bytes))
    }

    /// Status and code in one, for comparing: "401 token_missing", or "200 upstream" for what the upstream answered.
    var outcome: String {
        if field("x-upstream") != nil { return "\(status) upstream" }
        return "\(status) \((try? problem().code) ?? "without a code: \(text)")"
    }
}
