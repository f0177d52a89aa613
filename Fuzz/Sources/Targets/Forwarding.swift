internal import NIOCore
internal import ProxyEngine

/// What goes on to the upstream for one head, compared field by field with what the contract says must go on.
struct Forwarding {
    /// A way on, and what of the request it changes.
    struct Way {
        var upstream: UpstreamSettings
        var forwardsAuthorization: Bool
    }

    private static let server = UpstreamSettings.Server(host: "upstream.internal", port: 3000)
    static let passages = [
        Way(upstream: UpstreamSettings(name: "app", servers: [server]), forwardsAuthorization: false),
        Way(
            upstream: UpstreamSettings(
                name: "app", servers: [server], host: "own.internal", strippedPrefix: "/s", basePath: "/base"),
            forwardsAuthorization: true),
    ]

    private let head: RequestHead
    private let plain: PlainHead
    private let octets: [UInt8]
    private let way: Way

    init(_ head: RequestHead, _ plain: PlainHead, octets: [UInt8], _ way: Way) {
        (self.head, self.plain, self.octets, self.way) = (head, plain, octets, way)
    }

    func check(_ catalogue: FieldCatalogue) throws(Objection) {
        let writer = UpstreamRequestWriter(upstream: way.upstream)
        let passage = Passage(
            upstream: 0, vouched: Fuzz.octets("X-User-Id: vouched\r\n"),
            forwardsAuthorization: way.forwardsAuthorization)
        let isRefused = writer.refusal(of: head, passage) != nil
        try requireEqual(
            isRefused, path.starts(with: Fuzz.octets("//")) && way.upstream.strippedSegments > 0, "refusal")
        if isRefused { return }
        var out = ByteBuffer()
        writer.write(
            head, id: RequestID(prefix: 0, number: 0), passage, server: Self.server,
            forwarding: ForwardingFields(peer: nil, trusted: []), to: &out)
        let written = Array(out.readableBytesView)
        let sent = try PlainHead(written)
        let line = octets[head.method] + [0x20] + way.upstream.basePath + path + query + Fuzz.octets(" HTTP/1.1")
        try requireEqual(shown(sent.startLine), shown(line), "the request line that goes on")
        try requireEqual(sent.fields, fields, "the fields that go on")
        try checkReading(of: written, catalogue)
    }

    /// What is sent is one request, and reads as the one that was received.
    private func checkReading(of written: [UInt8], _ catalogue: FieldCatalogue) throws(Objection) {
        var limits = EngineLimits()
        (limits.maxHead, limits.maxTarget, limits.maxFields) = (64 * 1024, 16 * 1024, 200)
        let again = RequestHead()
        let outcome = again.read(.atEndOfStorage(written), catalogue: catalogue, limits: limits)
        try requireEqual(outcome, .complete, "what goes on, read")
        try requireEqual(again.length, written.count, "the length of what goes on")
        try requireEqual(again.framing, head.framing, "the framing of what goes on")
        let traits: RequestHead.Traits = [.expectsContinue, .isHead, .isRepeatable, .wantsWebSocket]
        try requireEqual(again.traits.intersection(traits), head.traits.intersection(traits), "the traits")
        try requireEqual(again.authorization != nil, authorization != nil, "the token of what goes on")
    }

    /// What is left of the path behind the segments that are taken off.
    private var path: [UInt8] {
        var path = octets[head.path]
        for _ in 0..<way.upstream.strippedSegments { path = path.dropFirst().drop { $0 != 0x2F } }
        return path.isEmpty ? [0x2F] : Array(path)
    }

    private var query: ArraySlice<UInt8> { octets[head.target.query] }

    private var authorization: PlainHead.Field? {
        way.forwardsAuthorization ? fields.first { $0.lowercasedName == "authorization" } : nil
    }

    /// By docs/routes-conf.md and RFC 9110 §7.6.1, not by the engine's catalogue.
    private static let neverForwarded: Set<String> = [
        "connection", "keepalive", "proxyconnection", "te", "trailer", "upgrade", "http2settings", "proxy",
        "proxyauthorization", "forwarded", "xforwardedfor", "xforwardedproto", "xforwardedhost", "xforwardedport",
        "xforwardedserver", "xforwardeduri", "xforwardedprefix", "xrealip", "xrequestid", "xoriginalurl", "xrewriteurl",
        "xhttpmethodoverride", "xhttpmethod", "xmethodoverride", "xuserid", "xuserrole",
    ]

    /// The least number that an OPTIONS request gives (RFC 9110 §7.6.2).
    private var maxForwards: Int? {
        guard octets[head.method].elementsEqual(Fuzz.octets("OPTIONS")) else { return nil }
        let given = plain.values("max-forwards").filter { $0.count < 20 && $0.allSatisfy(\.isDigit) }
        return given.compactMap { Int(String(decoding: $0, as: UTF8.self)) }.min()
    }

    private var fields: [PlainHead.Field] {
        let nominated = plain.list("connection").map { String(decoding: $0, as: UTF8.self) }
        let kept = plain.fields.filter { field in
            switch field.lowercasedName {
            case "host": return way.upstream.host == nil
            case "content-length", "transfer-encoding": return true
            case "expect": return head.version == .http11
            case "max-forwards" where maxForwards != nil: return false
            case "authorization" where !way.forwardsAuthorization: return false
            default:
                return !Self.neverForwarded.contains(field.foldedName) && !nominated.contains(field.lowercasedName)
            }
        }
        var fields: [PlainHead.Field] = []
        if let host = way.upstream.host {
            fields.append(PlainHead.Field("Host", host))
        } else if plain.values("host").isEmpty {
            fields.append(PlainHead.Field("Host", "upstream.internal:3000"))
        }
        fields += kept
        if let maxForwards { fields.append(PlainHead.Field("Max-Forwards", "\(max(0, maxForwards - 1))")) }
        if head.traits.contains(.wantsWebSocket) {
            fields += [PlainHead.Field("Connection", "Upgrade"), PlainHead.Field("Upgrade", "websocket")]
        }
        fields += [
            PlainHead.Field("Via", head.version == .http11 ? "1.1 gateway" : "1.0 gateway"),
            PlainHead.Field("X-Forwarded-For", "unknown"), PlainHead.Field("X-Forwarded-Proto", "http"),
            PlainHead.Field("Forwarded", "for=unknown;proto=http"),
        ]
        if let host = plain.values("host").first {
            fields.append(PlainHead.Field(Fuzz.octets("X-Forwarded-Host"), host))
        }
        return fields + [
            PlainHead.Field("X-Request-Id", String(repeating: "0", count: 26)), PlainHead.Field("X-User-Id", "vouched"),
        ]
    }
}
