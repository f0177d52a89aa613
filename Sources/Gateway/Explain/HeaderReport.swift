internal import NIOCore
internal import ProxyEngine
internal import Routes

/// What becomes of a request's head on its way to the upstream, read off the head that the engine writes for it.
struct HeaderReport {
    /// Why a field of the client's does not reach the upstream.
    enum Reason: String {
        case hopByHop = "meant for this connection alone"
        case reserved = "the gateway speaks for itself here, or it could mislead the application"
        case identity = "only the gateway says who asks"
        case namedByConnection = "the request's Connection field names it"
        case credentials = "it carries the token, and the rule does not say pass-token"
        case host = "the upstream has a Host of its own"
    }

    /// `GET /path HTTP/1.1`
    private(set) var requestLine: [UInt8] = []
    private(set) var removed: [(name: [UInt8], reason: Reason)] = []
    /// What the gateway vouches for, as field lines; secrets masked.
    private(set) var vouched: [[UInt8]] = []
    /// The names of the other fields that it adds: how the request came.
    private(set) var forwarding: [String] = []

    private let settings: EngineSettings
    private let upstream: UpstreamSettings

    /// - Parameter head: of `request`, as the engine read it.
    init(
        _ request: SupposedRequest, _ head: RequestHead, _ passage: Passage, settings: EngineSettings,
        identity: IdentitySettings
    ) {
        self.settings = settings
        upstream = settings.upstreams[passage.upstream]
        let lines = write(head, passage)
        requestLine = lines[0]
        // Without fields of the client's but Host, what follows that is the gateway's own.
        let bare = SupposedRequest(
            method: request.method, target: request.target, fields: request.fields.filter(Self.isHost))
        let own = Array(write(read(bare.bytes, settings.requestFields) ?? head, passage).dropFirst(2))
        let ownHost = upstream.host == nil ? 0 : 1
        let kept = lines.dropFirst(1 + ownHost).dropLast(own.count)
        removed = missing(request.fields, in: Array(kept)).map { (Self.name($0), reason($0, passage)) }
        let vouchedLines = Self.lines(passage.vouched)
        vouched = vouchedLines.map { Self.masked($0, identity) }
        forwarding = own.dropLast(vouchedLines.count).map { String(decoding: Self.name($0), as: UTF8.self) }
    }

    // MARK: What the engine does

    private func read(_ bytes: ByteBuffer, _ catalogue: FieldCatalogue) -> RequestHead? {
        let head = RequestHead()
        return head.read(bytes, catalogue: catalogue, limits: settings.limits) == .complete ? head : nil
    }

    /// The lines of the head that the upstream would get from a client that is no trusted proxy.
    private func write(_ head: RequestHead, _ passage: Passage) -> [[UInt8]] {
        var out = ByteBuffer()
        UpstreamRequestWriter(upstream: upstream).write(
            head, id: RequestID(prefix: 0, number: 0), passage, server: upstream.servers[0],
            forwarding: ForwardingFields(peer: nil, trusted: settings.trustedProxies), to: &out)
        return Self.lines(Array(out.readableBytesView))
    }

    /// Asks the engine, by what it does with the field alone, so that its lists of names stay in one place.
    private func reason(_ field: [UInt8], _ passage: Passage) -> Reason {
        if Self.isHost(field) { return .host }
        if SupposedRequest.name(of: field) == "authorization", !passage.forwardsAuthorization { return .credentials }
        if drops(field, .response(), passage) { return .hopByHop }
        if drops(field, .request(reserved: []), passage) { return .reserved }
        return drops(field, settings.requestFields, passage) ? .identity : .namedByConnection
    }

    private func drops(_ field: [UInt8], _ catalogue: FieldCatalogue, _ passage: Passage) -> Bool {
        // HTTP/1.0 can do without Host, which not every catalogue knows.
        let start = Array("GET / HTTP/1.0\r\n".utf8)
        let end: [UInt8] = [0x0D, 0x0A]
        var passage = passage
        passage.forwardsAuthorization = true
        guard let alone = read(ByteBuffer(bytes: start + field + end + end), catalogue),
            let none = read(ByteBuffer(bytes: start + end), catalogue)
        else { return false }
        return write(alone, passage).count == write(none, passage).count
    }

    // MARK: Field lines

    private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: 0x0A).map { $0.last == 0x0D ? Array($0.dropLast()) : Array($0) }.filter { !$0.isEmpty }
    }

    private static func name(_ field: [UInt8]) -> [UInt8] { Array(field.prefix { $0 != UInt8(ascii: ":") }) }

    private static func isHost(_ field: [UInt8]) -> Bool { SupposedRequest.name(of: field) == "host" }

    /// Those of `fields` that `kept` lacks, which has the others in the same order.
    private func missing(_ fields: [[UInt8]], in kept: [[UInt8]]) -> [[UInt8]] {
        var rest = kept[...]
        return fields.filter { field in
            guard let first = rest.first, Self.normal(first) == Self.normal(field) else { return true }
            rest.removeFirst()
            return false
        }
    }

    /// Some fields are written anew, with one blank behind the colon and none at the end.
    private static func normal(_ field: [UInt8]) -> [UInt8] {
        let value = field.dropFirst(name(field).count + 1).drop { $0 == 0x20 || $0 == 0x09 }
        return name(field) + [0x3A] + value.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed()
    }

    private static func masked(_ field: [UInt8], _ identity: IdentitySettings) -> [UInt8] {
        let isSecret = identity.headers.contains { header in
            guard case .secret = header.value else { return false }
            return Array(header.name.utf8) == name(field)
        }
        return isSecret ? name(field) + Array(": (a secret)".utf8) : field
    }
}
