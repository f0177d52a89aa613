internal import NIOCore
internal import ProxyEngine

/// Response heads: what is accepted has one meaning, whatever pieces it comes in, and goes on as the same response.
struct ResponseHeadHarness: Harness {
    private let catalogue = FieldCatalogue.response(dropped: ["Strict-Transport-Security"])

    func check(_ input: [UInt8]) throws(Objection) {
        var choices = Choices(input)
        let (cut, closes) = (choices.below(input.count + 1), choices.isTrue())
        for isHead in [false, true] {
            let head = ResponseHead()
            let outcome = head.read(
                .atEndOfStorage(input), isHead: isHead, catalogue: catalogue, limits: EngineLimits())
            try checkPieces(input, head, outcome, cut: cut, isHead: isHead)
            try checkSmallLimits(input, outcome, isHead: isHead)
            guard outcome == .complete else { continue }
            try require(head.length <= input.count, "a head of \(head.length) octets in \(input.count)")
            let plain = try PlainHead(input[..<head.length])
            try checkParts(head, plain, isHead: isHead)
            try checkPassing(head, plain, isHead: isHead, closes: closes)
        }
    }

    private func checkPieces(
        _ input: [UInt8], _ head: ResponseHead, _ outcome: ResponseHead.Outcome, cut: Int, isHead: Bool
    ) throws(Objection) {
        let again = ResponseHead()
        func read(_ octets: some Collection<UInt8>) -> ResponseHead.Outcome {
            again.read(.atEndOfStorage(octets), isHead: isHead, catalogue: catalogue, limits: EngineLimits())
        }
        let early = read(input[..<cut])
        if outcome == .complete, cut < head.length {
            try requireEqual(early, .incomplete, "the first \(cut) octets of a head")
        } else if early != .incomplete {
            try requireEqual(early, outcome, "the first \(cut) octets and the whole")
        }
        try requireEqual(read(input), outcome, "a second reading")
        guard outcome == .complete else { return }
        try requireEqual(Parts(again), Parts(head), "the parts of a second reading")
        try requireEqual(read(input[..<head.length] + [0, 13, 10]), outcome, "a head with something behind it")
        try requireEqual(Parts(again), Parts(head), "the parts of a head with something behind it")
    }

    private func checkSmallLimits(
        _ input: [UInt8], _ outcome: ResponseHead.Outcome, isHead: Bool
    ) throws(Objection) {
        var limits = EngineLimits()
        (limits.maxResponseHead, limits.maxResponseFields) = (256, 6)
        let small = ResponseHead()
        let limited = small.read(.atEndOfStorage(input), isHead: isHead, catalogue: catalogue, limits: limits)
        if limited == .incomplete { try require(input.count <= 256, "\(input.count) octets are waited on") }
        guard limited == .complete else { return }
        try requireEqual(limited, outcome, "small limits and large ones")
        try require(small.length <= 256, "a longer head than the limit")
        try require(try PlainHead(input[..<small.length]).fields.count <= 6, "more fields than the limit")
    }

    private func checkParts(_ head: ResponseHead, _ plain: PlainHead, isHead: Bool) throws(Objection) {
        let line = plain.startLine
        let starts = [octets("HTTP/1.0 \(head.status) "), octets("HTTP/1.1 \(head.status) ")]
        try require(starts.contains { line.starts(with: $0) }, "the status line \(shown(line))")
        try require((100...599).contains(head.status), "the status \(head.status)")
        guard let length = plain.bodyLength else { throw Objection("accepted without a framing") }
        let hasNoBody = isHead || head.isInterim || head.status == 204 || head.status == 304
        let isUnframed = !plain.fields.contains { ["contentlength", "transferencoding"].contains($0.foldedName) }
        try requireEqual(
            RequestHeadHarness.length(head.framing), hasNoBody ? 0 : isUnframed ? -2 : length, "the framing")
        if head.isInterim { try require(length == 0, "an interim response with a body") }
        if plain.list("connection").contains(octets("close")) || line.starts(with: starts[0]) {
            try require(!head.keepsAlive, "kept alive")
        }
    }

    /// What the client gets: the same response, framed in one way.
    private func checkPassing(
        _ head: ResponseHead, _ plain: PlainHead, isHead: Bool, closes: Bool
    ) throws(Objection) {
        let isChunked = head.framing == .chunked || head.framing == .untilClose
        var out = ByteBuffer()
        ResponseWriter.writeHead(
            head, encoding: isChunked ? .chunked : .identity, closes: closes, added: "X-Added: by us\r\n", to: &out)
        let written = Array(out.readableBytesView)
        let sent = try PlainHead(written)
        try requireEqual(sent.startLine, octets("HTTP/1.1") + plain.startLine.dropFirst(8), "the line that goes on")
        try requireEqual(
            sent.fields, fields(head, plain, isChunked: isChunked, closes: closes), "the fields that go on")
        var limits = EngineLimits()
        (limits.maxResponseHead, limits.maxResponseFields) = (128 * 1024, 300)
        let again = ResponseHead()
        let outcome = again.read(.atEndOfStorage(written), isHead: isHead, catalogue: catalogue, limits: limits)
        try requireEqual(outcome, .complete, "what goes on, read")
        try requireEqual(again.length, written.count, "the length of what goes on")
        try requireEqual(again.framing, isChunked ? .chunked : head.framing, "the framing of what goes on")
    }

    private static let neverPassed: Set<String> = [
        "connection", "keepalive", "proxyconnection", "te", "trailer", "upgrade", "http2settings", "transferencoding",
    ]

    private func fields(
        _ head: ResponseHead, _ plain: PlainHead, isChunked: Bool, closes: Bool
    ) -> [PlainHead.Field] {
        let nominated = plain.list("connection")
        var fields = plain.fields.filter { field in
            if field.lowercasedName == "content-length" { return !head.isInterim && head.status != 204 }
            if field.lowercasedName == "date" { return true }
            return !Self.neverPassed.contains(field.foldedName) && !nominated.contains(field.name.map(\.lowercased))
                && field.lowercasedName != "strict-transport-security"
        }
        let upgrades = plain.values("upgrade").map { $0.map(\.lowercased) }
        if head.status == 101, plain.startLine.starts(with: octets("HTTP/1.1")), upgrades == [octets("websocket")],
            nominated.contains(octets("upgrade"))
        {
            fields += [PlainHead.Field("Connection", "Upgrade"), PlainHead.Field("Upgrade", "websocket")]
        }
        fields.append(PlainHead.Field("X-Added", "by us"))
        if isChunked { fields.append(PlainHead.Field("Transfer-Encoding", "chunked")) }
        if closes { fields.append(PlainHead.Field("Connection", "close")) }
        return fields
    }

    private struct Parts: Equatable {
        var status, length: Int
        var framing: BodyFraming
        var keepsAlive: Bool

        init(_ head: ResponseHead) {
            (status, length, framing, keepsAlive) = (head.status, head.length, head.framing, head.keepsAlive)
        }
    }
}
