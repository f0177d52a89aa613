package import NIOCore

/// One request head: its bytes as they came, and an index of what is where in them.
///
/// Nothing is copied out: the parts are ranges into `bytes`, relative to its first readable byte. What stands here has
/// passed every check of RFC 9112 that concerns an intermediary; only targets are judged further where paths are matched.
/// A class, since it is handed on in every request, and is read anew for the next.
package final class RequestHead {
    /// The head, from its first line to its empty line, and perhaps bytes behind it that are not part of it.
    package fileprivate(set) var bytes = ByteBuffer()
    /// How many of `bytes` are the head.
    package fileprivate(set) var length = 0
    package fileprivate(set) var method: Range<Int> = 0..<0
    package fileprivate(set) var target = RequestTarget(path: 0..<0, query: 0..<0)
    package fileprivate(set) var version = HTTPVersion.http11
    /// The value of the one Authorization field; nil where there is none.
    package fileprivate(set) var authorization: Range<Int>?
    package fileprivate(set) var host: Range<Int>?
    /// How many further servers an OPTIONS request may reach (RFC 9110 §7.6.2); nil: it does not say. Of TRACE, the other
    /// method that this is for, none goes on.
    package fileprivate(set) var maxForwards: Int?
    fileprivate(set) var section = FieldSection()
    package fileprivate(set) var framing = BodyFraming.none
    package fileprivate(set) var traits: Traits = []
    /// The target was sent in absolute-form, so the request line must be written anew.
    fileprivate(set) var rewritesTarget = false
    /// The ranges of the names that the Connection field lists besides those that are never forwarded anyway.
    fileprivate(set) var connectionOptions: [Range<Int>] = []

    package struct Traits: OptionSet, Sendable {
        package var rawValue: UInt8
        /// The client wants the connection closed, or speaks HTTP/1.0, whose connections are not kept.
        package static let closes = Traits(rawValue: 1)
        package static let expectsContinue = Traits(rawValue: 2)
        package static let isHead = Traits(rawValue: 4)
        /// May be sent again when nothing came back (RFC 9110 §9.2.2): an idempotent method without a body.
        package static let isRepeatable = Traits(rawValue: 8)
        /// Asks for a WebSocket (RFC 6455 §4.1), the only upgrade there is here.
        package static let wantsWebSocket = Traits(rawValue: 16)
        /// The Connection field lists `upgrade`.
        fileprivate static let listsUpgrade = Traits(rawValue: 32)

        package init(rawValue: UInt8) { self.rawValue = rawValue }
    }

    package init() {}

    package var path: Range<Int> { target.path }
}

extension RequestHead {
    package enum Outcome: Sendable, Equatable {
        case complete
        /// `OPTIONS *`, complete, to be answered by the gateway.
        case asterisk
        /// `CONNECT`, complete, to be refused.
        case connect
        case incomplete
        case malformed(RequestFault)
    }

    /// Reads a head from the first readable byte of `buffer`. Keeps the buffer; gives it up with ``clear()``.
    package func read(_ buffer: ByteBuffer, catalogue: borrowing FieldCatalogue, limits: EngineLimits)
        -> Outcome
    {
        clear()
        bytes = buffer
        let outcome = parse(buffer.readableBytesUInt8Span, catalogue: catalogue, limits: limits)
        if case .incomplete = outcome { bytes = ByteBuffer() }
        return outcome
    }

    /// Gives up what stands after the head in the buffer that it was read from. While two share one storage, whoever appends
    /// to theirs copies all of it.
    func detach() {
        if let own = bytes.getBytes(at: bytes.readerIndex, length: length) { bytes = ByteBuffer(bytes: own) }
    }

    func clear() {
        bytes = ByteBuffer()
        length = 0
        version = .http11
        (method, target) = (0..<0, RequestTarget(path: 0..<0, query: 0..<0))
        authorization = nil
        host = nil
        maxForwards = nil
        framing = .none
        traits = []
        rewritesTarget = false
        if !connectionOptions.isEmpty { connectionOptions.removeAll() }
    }

    private func parse(
        _ octets: Span<UInt8>, catalogue: borrowing FieldCatalogue, limits: EngineLimits
    ) -> Outcome {
        let line: RequestLine
        switch RequestLine.read(octets, from: 0, maxTarget: limits.maxTarget) {
        case .incomplete: return incomplete(octets.count, limits)
        case .malformed(let fault): return .malformed(fault)
        case .complete(let read): line = read
        }
        (method, version) = (line.method, line.version)
        // Before anything else is judged: the answer to a malformed HEAD request has no body either.
        if octets.equals(method, "HEAD") { traits.insert(.isHead) }
        switch section.read(octets, from: line.end, catalogue: catalogue, maxFields: limits.maxFields) {
        case .incomplete: return incomplete(octets.count, limits)
        case .malformed(let fault): return .malformed(.field(fault))
        case .tooMany: return .malformed(.tooManyFields)
        case .complete(let end): length = end
        }
        guard length <= limits.maxHead else { return .malformed(.headTooLarge) }
        if let fault = readFields(octets) { return .malformed(fault) }
        return readTarget(octets, line)
    }

    private func incomplete(_ count: Int, _ limits: EngineLimits) -> Outcome {
        count > limits.maxHead ? .malformed(.headTooLarge) : .incomplete
    }

    private func readTarget(_ octets: Span<UInt8>, _ line: RequestLine) -> Outcome {
        switch RequestTarget.read(octets, line.target, method: line.method, host: host) {
        case .malformed(let fault): return .malformed(.target(fault))
        case .asterisk: return .asterisk
        case .authority: return .connect
        case .target(let target):
            self.target = target
            rewritesTarget = target.path.lowerBound != line.target.lowerBound
        }
        classifyMethod(octets)
        return .complete
    }

    private func classifyMethod(_ octets: Span<UInt8>) {
        guard framing == .none else { return }
        if traits.contains(.isHead) || octets.equals(method, "GET") || octets.equals(method, "OPTIONS")
            || octets.equals(method, "PUT") || octets.equals(method, "DELETE")
        {
            traits.insert(.isRepeatable)
        }
    }

    /// The fields that decide about the message itself: RFC 9112 §3.2 (Host), §6 (framing), §9.3 (persistence).
    private func readFields(_ octets: Span<UInt8>) -> RequestFault? {
        var framingFields = FramingFields()
        var upgrades = 0
        for field in section.fields {
            switch field.kind {
            case .other, .date, .location, .setCookie, .hopByHop, .reserved: continue
            case .upgrade: upgrades += octets.equalsIgnoringCase(field.value, "websocket") ? 1 : 2
            case .contentLength, .transferEncoding:
                if let fault = framingFields.read(field, octets) { return fault.asRequestFault }
            case .framingLookalike: return .framingLookalike
            case .host:
                guard host == nil else { return .hostRepeated }
                guard HostField.isValid(octets, field.value) else { return .hostMalformed }
                host = field.value
            case .authorization:
                guard authorization == nil else { return .authorizationRepeated }
                authorization = field.value
            case .expect:
                // RFC 9110 §10.1.1: "MUST ignore".
                guard version == .http11 else { continue }
                guard octets.equalsIgnoringCase(field.value, "100-continue") else { return .expectation }
                traits.insert(.expectsContinue)
            case .maxForwards:
                guard octets.equals(method, "OPTIONS"), let count = octets.decimal(field.value) else { continue }
                maxForwards = min(count, maxForwards ?? count)
            case .connection:
                if let fault = readConnectionOptions(octets, field.value) { return fault }
            }
        }
        if version == .http10 {
            traits.insert(.closes)
            if framingFields.isChunked { return .transferEncodingInOldVersion }
        } else if host == nil {
            return .hostMissing
        }
        switch framingFields.framing {
        case .ambiguous: return .lengthAndTransferEncoding
        case .framing(let framing): self.framing = framing
        }
        // Anything else in Upgrade, or besides it, makes it an ordinary request: the field is dropped.
        if upgrades == 1, traits.contains(.listsUpgrade), version == .http11, framing == .none,
            octets.equals(method, "GET")
        {
            traits.insert(.wantsWebSocket)
        }
        return nil
    }

    /// `Connection = #connection-option` (RFC 9110 §7.6.1). What it names is not forwarded; it can't name what the
    /// message can't do without, or a client could make the gateway drop it.
    private func readConnectionOptions(_ octets: Span<UInt8>, _ value: Range<Int>) -> RequestFault? {
        var rest = value
        while let option = octets.nextListElement(in: &rest) {
            for position in option where !Octet.isTokenCharacter(octets[position]) { return .connectionOption }
            if octets.equalsIgnoringCase(option, "close") {
                traits.insert(.closes)
            } else if octets.equalsIgnoringCase(option, "upgrade") {
                traits.insert(.listsUpgrade)
            } else if octets.equalsIgnoringCase(option, "keep-alive") || octets.equalsIgnoringCase(option, "te") {
                continue
            } else if octets.equalsIgnoringCase(option, "host") || octets.equalsIgnoringCase(option, "content-length")
                || octets.equalsIgnoringCase(option, "transfer-encoding")
            {
                return .connectionOption
            } else {
                guard connectionOptions.count < EngineLimits.maxConnectionOptions else { return .connectionOption }
                connectionOptions.append(option)
            }
        }
        return nil
    }
}

extension RequestHead {
    /// The offset behind the request line.
    var lineEnd: Int { section.start }
    /// The offset of the empty line.
    var fieldsEnd: Int { length - 2 }

    /// Whether the client's Connection field names this one.
    func isNominated(_ field: FieldSection.Field) -> Bool {
        let bytes = bytes
        let octets = bytes.readableBytesUInt8Span
        return connectionOptions.contains { octets.equalsIgnoringCase($0, field.name) }
    }

    /// A part of the head.
    package func string(_ range: Range<Int>) -> String {
        bytes.getString(at: bytes.readerIndex + range.lowerBound, length: range.count) ?? ""
    }

    /// The values of all fields of this name, case ignored. For requests that the gateway answers itself; not for the way of
    /// those that go on.
    package func values(of name: StaticString) -> [[UInt8]] {
        let bytes = bytes
        let octets = bytes.readableBytesUInt8Span
        var values: [[UInt8]] = []
        for field in section.fields where octets.equalsIgnoringCase(field.name, name) {
            var value: [UInt8] = []
            for position in field.value { value.append(octets[position]) }
            values.append(value)
        }
        return values
    }
}
