internal import NIOCore
internal import ProxyEngine

/// Request heads: what is accepted is one head for every reader, whatever pieces it comes in, and goes on as the same
/// request.
struct RequestHeadHarness: Harness {
    private let catalogue = FieldCatalogue.request(reserved: ["X-User-Id", "X-User-Role"])

    func check(_ input: [UInt8]) throws(Objection) {
        var choices = Choices(input)
        let head = RequestHead()
        let outcome = head.read(.atEndOfStorage(input), catalogue: catalogue, limits: EngineLimits())
        try checkPieces(input, head, outcome, cut: choices.below(input.count + 1))
        try checkSmallLimits(input, head, outcome)
        guard Self.isComplete(outcome) else { return }
        try require(head.length <= input.count, "a head of \(head.length) octets in \(input.count)")
        let plain = try PlainHead(input[..<head.length])
        try checkParts(input, head, outcome, plain)
        guard outcome == .complete else { return }
        PlantedBug.overrun(input, head)
        for passage in Forwarding.passages { try Forwarding(head, plain, octets: input, passage).check(catalogue) }
    }

    /// A head that is cut off is incomplete, or already what the whole is; and bytes behind a head change nothing.
    private func checkPieces(
        _ input: [UInt8], _ head: RequestHead, _ outcome: RequestHead.Outcome, cut: Int
    ) throws(Objection) {
        let again = RequestHead()
        let early = again.read(.atEndOfStorage(input[..<cut]), catalogue: catalogue, limits: EngineLimits())
        if Self.isComplete(outcome), cut < head.length {
            try requireEqual(early, .incomplete, "the first \(cut) octets of a head")
        } else if early != .incomplete {
            try requireEqual(early, outcome, "the first \(cut) octets and the whole")
        }
        // The same storage again, after whatever came before.
        let late = again.read(.atEndOfStorage(input), catalogue: catalogue, limits: EngineLimits())
        try requireEqual(late, outcome, "a second reading")
        guard Self.isComplete(outcome) else { return }
        try requireEqual(Parts(again), Parts(head), "the parts of a second reading")
        let more = again.read(
            .atEndOfStorage(input[..<head.length] + [0, 13, 10]), catalogue: catalogue, limits: EngineLimits())
        try requireEqual(more, outcome, "a head with something behind it")
        try requireEqual(Parts(again), Parts(head), "the parts of a head with something behind it")
    }

    private func checkSmallLimits(
        _ input: [UInt8], _ head: RequestHead, _ outcome: RequestHead.Outcome
    ) throws(Objection) {
        var limits = EngineLimits()
        (limits.maxHead, limits.maxTarget, limits.maxFields) = (256, 64, 6)
        let small = RequestHead()
        let limited = small.read(.atEndOfStorage(input), catalogue: catalogue, limits: limits)
        if limited == .incomplete { try require(input.count <= 256, "\(input.count) octets are waited on") }
        guard Self.isComplete(limited) else { return }
        try requireEqual(limited, outcome, "small limits and large ones")
        try require(small.length <= 256 && small.path.count <= 64, "beyond the limits")
        try require(try PlainHead(input[..<small.length]).fields.count <= 6, "more fields than the limit")
    }

    private func checkParts(
        _ input: [UInt8], _ head: RequestHead, _ outcome: RequestHead.Outcome, _ plain: PlainHead
    ) throws(Objection) {
        let words = plain.startLine.split(separator: 0x20, omittingEmptySubsequences: false)
        try require(words.count == 3, "the request line \(shown(plain.startLine))")
        try require(words[0].elementsEqual(input[head.method]), "the method \(shown(input[head.method]))")
        try require(words[0].allSatisfy(PlainHead.isToken), "the method \(shown(words[0]))")
        let version: [UInt8] = head.version == .http11 ? octets("HTTP/1.1") : octets("HTTP/1.0")
        try require(words[2].elementsEqual(version), "the version \(shown(words[2]))")
        let hosts = plain.values("host")
        try require(hosts.count == 1 || (hosts.isEmpty && head.version == .http10), "\(hosts.count) hosts")
        try requireEqual(head.host.map { Array(input[$0]) }, hosts.first, "the host")
        try require(plain.values("authorization").count <= 1, "two tokens")
        try requireEqual(
            head.authorization.map { Array(input[$0]) }, plain.values("authorization").first, "the authorization")
        try requireEqual(plain.bodyLength, Self.length(head.framing), "the framing")
        switch outcome {
        case .asterisk: try require(words[0] == octets("OPTIONS")[...] && words[1] == [0x2A], "not OPTIONS *")
        case .connect: try require(words[0] == octets("CONNECT")[...], "not CONNECT")
        default: try checkTarget(Array(words[1]), input, head)
        }
    }

    private func checkTarget(_ target: [UInt8], _ input: [UInt8], _ head: RequestHead) throws(Objection) {
        let query = head.path.upperBound..<head.target.query.upperBound
        let path = Array(input[head.path])
        try require(
            Array(target.suffix(path.count + query.count)) == path + input[query], "the target \(shown(target))")
        try require(path.first == 0x2F && !path.contains(0x3F), "the path \(shown(path))")
        try require(input[query].allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }, "the query")
        let front = target.dropLast(path.count + query.count).map(\.lowercased)
        guard !front.isEmpty else { return }
        let authority = (head.host.map { input[$0] } ?? []).map(\.lowercased)
        let isOwn = [octets("http://"), octets("https://")].contains { $0 + authority == front }
        try require(isOwn, "the authority of \(shown(target))")
    }

    private static func isComplete(_ outcome: RequestHead.Outcome) -> Bool {
        switch outcome {
        case .complete, .asterisk, .connect: true
        case .incomplete, .malformed: false
        }
    }

    static func length(_ framing: BodyFraming) -> Int {
        switch framing {
        case .none: 0
        case .length(let length): length
        case .chunked: -1
        case .untilClose: -2
        }
    }

    /// All that is known of a head.
    struct Parts: Equatable {
        var method, path, query: Range<Int>
        var host, authorization: Range<Int>?
        var version: HTTPVersion
        var framing: BodyFraming
        var traits: UInt8
        var length: Int

        init(_ head: RequestHead) {
            (method, path, query) = (head.method, head.path, head.target.query)
            (host, authorization) = (head.host, head.authorization)
            (version, framing, traits) = (head.version, head.framing, head.traits.rawValue)
            length = head.length
        }
    }
}
