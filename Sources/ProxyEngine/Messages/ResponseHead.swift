package import NIOCore

/// One response head: its bytes as the upstream sent them, and an index of what is where in them. A class, like ``RequestHead``.
package final class ResponseHead {
    private(set) var bytes = ByteBuffer()
    package private(set) var length = 0
    package private(set) var status = 0
    private(set) var statusLineEnd = 0
    /// `status-code SP reason-phrase CRLF`: what follows the version.
    private(set) var statusAndReason = 0..<0
    private(set) var section = FieldSection()
    package private(set) var framing = BodyFraming.none
    /// The upstream keeps the connection open behind this response.
    package private(set) var keepsAlive = true
    private(set) var connectionOptions: [Range<Int>] = []
    package private(set) var hasDate = false
    /// It names paths that may not be those that clients ask for.
    private(set) var namesPaths = false
    /// A 101 that switches to a WebSocket and nothing else.
    private(set) var switchesToWebSocket = false

    package init() {}

    package enum Outcome: Sendable, Equatable {
        case complete
        case incomplete
        case malformed(ResponseFault)
    }

    /// Reads a head from the first readable byte of `buffer`. Keeps the buffer; gives it up with ``clear()``.
    package func read(
        _ buffer: ByteBuffer, isHead: Bool, catalogue: borrowing FieldCatalogue, limits: EngineLimits
    ) -> Outcome {
        clear()
        bytes = buffer
        let outcome = parse(buffer.readableBytesUInt8Span, isHead: isHead, catalogue: catalogue, limits: limits)
        if case .incomplete = outcome { bytes = ByteBuffer() }
        return outcome
    }

    package func clear() {
        bytes = ByteBuffer()
        keepsAlive = true
        hasDate = false
        namesPaths = false
        if !connectionOptions.isEmpty { connectionOptions.removeAll() }
    }

    package var isInterim: Bool { status < 200 }

    private func parse(
        _ octets: Span<UInt8>, isHead: Bool, catalogue: borrowing FieldCatalogue, limits: EngineLimits
    ) -> Outcome {
        let version: HTTPVersion
        switch readStatusLine(octets) {
        case .incomplete: return incomplete(octets.count, limits)
        case .malformed(let fault): return .malformed(fault)
        case .version(let read): version = read
        }
        switch section.read(octets, from: statusLineEnd, catalogue: catalogue, maxFields: limits.maxResponseFields) {
        case .incomplete: return incomplete(octets.count, limits)
        case .malformed(let fault): return .malformed(.field(fault))
        case .tooMany: return .malformed(.tooManyFields)
        case .complete(let end): length = end
        }
        guard length <= limits.maxResponseHead else { return .malformed(.headTooLarge) }
        if let fault = readFields(octets, version, isHead: isHead) { return .malformed(fault) }
        return .complete
    }

    private func incomplete(_ count: Int, _ limits: EngineLimits) -> Outcome {
        count > limits.maxResponseHead ? .malformed(.headTooLarge) : .incomplete
    }

    private enum StatusLine {
        case version(HTTPVersion)
        case incomplete
        case malformed(ResponseFault)
    }

    /// status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF (RFC 9112 §4)
    private func readStatusLine(_ octets: Span<UInt8>) -> StatusLine {
        let version: HTTPVersion
        switch HTTPVersion.read(octets, from: 0) {
        case .incomplete: return .incomplete
        case .malformed: return .malformed(.statusLine)
        case .unsupported: return .malformed(.versionUnsupported)
        case .version(let read): version = read
        }
        let code = HTTPVersion.length + 1
        guard octets.count >= code + 4 else { return .incomplete }
        guard octets[code - 1] == Octet.space, octets[code + 3] == Octet.space,
            let status = octets.decimal(code..<code + 3), status >= 100, status < 600
        else { return .malformed(.statusLine) }
        let end = octets.endOfFieldContent(from: code + 4)
        guard end + 1 < octets.count else {
            return end < octets.count && octets[end] != Octet.carriageReturn ? .malformed(.statusLine) : .incomplete
        }
        guard octets[end] == Octet.carriageReturn, octets[end + 1] == Octet.lineFeed
        else { return .malformed(.statusLine) }
        self.status = status
        statusLineEnd = end + 2
        statusAndReason = code..<end + 2
        return .version(version)
    }

    private func readFields(
        _ octets: Span<UInt8>, _ version: HTTPVersion, isHead: Bool
    ) -> ResponseFault? {
        var framingFields = FramingFields()
        var (upgrades, listsUpgrade) = (0, false)
        keepsAlive = version == .http11
        for field in section.fields {
            switch field.kind {
            case .contentLength, .transferEncoding:
                if let fault = framingFields.read(field, octets) { return ResponseFault(fault) }
            case .framingLookalike: return .framingLookalike
            case .connection:
                var rest = field.value
                while let option = octets.nextListElement(in: &rest) {
                    if octets.equalsIgnoringCase(option, "close") {
                        keepsAlive = false
                    } else if octets.equalsIgnoringCase(option, "upgrade") {
                        listsUpgrade = true
                    } else if !octets.equalsIgnoringCase(option, "keep-alive") {
                        guard connectionOptions.count < EngineLimits.maxConnectionOptions else { return .tooManyFields }
                        connectionOptions.append(option)
                    }
                }
            case .upgrade: upgrades += octets.equalsIgnoringCase(field.value, "websocket") ? 1 : 2
            case .date: hasDate = true
            case .location, .setCookie: namesPaths = true
            case .other, .host, .expect, .maxForwards, .authorization, .hopByHop, .reserved: continue
            }
        }
        switchesToWebSocket = status == 101 && version == .http11 && upgrades == 1 && listsUpgrade
        if version == .http10, framingFields.isChunked { return .transferEncodingInOldVersion }
        return readFraming(framingFields, isHead: isHead)
    }

    /// RFC 9112 §6.3, with both fields at once refused instead of read one way.
    private func readFraming(_ fields: FramingFields, isHead: Bool) -> ResponseFault? {
        guard case .framing(let framing) = fields.framing else { return .lengthAndTransferEncoding }
        // No content may follow here, so none may be announced (RFC 9110 §8.6, RFC 9112 §6.1): what came after an interim
        // response would be taken for the final one, and what came after a 204 for the response to another request.
        if isInterim, framing != .none { return .interimWithBody }
        if status == 204, framing != .none { keepsAlive = false }
        if isHead || isInterim || status == 204 || status == 304 {
            self.framing = .none
        } else if framing == .none, !fields.hasLength {
            self.framing = .untilClose
        } else {
            self.framing = framing
        }
        return nil
    }
}

extension ResponseHead {
    /// The offset of the empty line.
    var fieldsEnd: Int { length - 2 }

    /// Whether the upstream's Connection field names this one.
    func isNominated(_ field: FieldSection.Field) -> Bool {
        let bytes = bytes
        let octets = bytes.readableBytesUInt8Span
        return connectionOptions.contains { octets.equalsIgnoringCase($0, field.name) }
    }
}
