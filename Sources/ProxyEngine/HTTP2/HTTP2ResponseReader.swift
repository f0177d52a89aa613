internal import NIOCore
internal import NIOHPACK

/// Turns the HTTP/1.1 response that the gateway writes to one stream into the frames that mean the same. A value without I/O.
struct HTTP2ResponseReader {
    enum Event {
        /// An interim response, or the head of the final one.
        case head(HPACKHeaders, ends: Bool)
        case data(ByteBuffer, ends: Bool)
        case trailers(HPACKHeaders)
        /// The gateway wrote what is no response: a defect of ours, of which nothing may go out.
        case malformed
    }

    private enum State {
        case head
        case body(BodyDecoder)
        case ended
    }

    /// What an upstream may say and the gateway adds to it.
    private static let limits: EngineLimits = {
        var limits = EngineLimits()
        limits.maxResponseHead *= 2
        limits.maxResponseFields *= 2
        return limits
    }()
    private static let catalogue = FieldCatalogue.response()

    private var state = State.head
    private var input = ByteBuffer()

    /// All of the response has been turned into frames.
    var isEnded: Bool {
        if case .ended = state { true } else { false }
    }

    mutating func take(_ bytes: ByteBuffer) {
        if input.readableBytes == 0 { input = bytes } else { input.writeImmutableBuffer(bytes) }
    }

    /// What the bytes so far mean; nil: nothing more.
    mutating func next(isHead: Bool, indexing: inout HTTP2FieldIndexing) -> Event? {
        switch state {
        case .head: return readHead(isHead: isHead, &indexing)
        case .body(let decoder): return readBody(decoder, &indexing)
        case .ended: return nil
        }
    }

    private mutating func readHead(isHead: Bool, _ indexing: inout HTTP2FieldIndexing) -> Event? {
        guard input.readableBytes > 0 else { return nil }
        let head = ResponseHead()
        switch head.read(input, isHead: isHead, catalogue: Self.catalogue, limits: Self.limits) {
        case .incomplete: return nil
        case .malformed: return .malformed
        case .complete: break
        }
        let headers = Self.headers(head, &indexing)
        input.moveReaderIndex(forwardBy: head.length)
        guard !head.isInterim else { return .head(headers, ends: false) }
        let decoder = BodyDecoder(head.framing, trailers: .keep(Self.catalogue))
        state = decoder.isAtEnd ? .ended : .body(decoder)
        return .head(headers, ends: decoder.isAtEnd)
    }

    private mutating func readBody(_ decoder: BodyDecoder, _ indexing: inout HTTP2FieldIndexing) -> Event? {
        var decoder = decoder
        var pieces = ByteBuffer()
        while true {
            switch decoder.next(&input) {
            case .data(var piece):
                if pieces.readableBytes == 0 { pieces = piece } else { pieces.writeBuffer(&piece) }
                if decoder.isAtEnd { return end(pieces, decoder, &indexing) }
            case .needMore:
                state = .body(decoder)
                return pieces.readableBytes > 0 ? .data(pieces, ends: false) : nil
            case .end: return end(pieces, decoder, &indexing)
            case .malformed: return .malformed
            }
        }
    }

    private mutating func end(
        _ pieces: ByteBuffer, _ decoder: BodyDecoder, _ indexing: inout HTTP2FieldIndexing
    ) -> Event {
        guard let trailers = decoder.trailers, trailers.readableBytes > 0 else {
            state = .ended
            return .data(pieces, ends: true)
        }
        // Once more, with nothing but the trailers left.
        guard pieces.readableBytes == 0 else {
            state = .body(decoder)
            return .data(pieces, ends: false)
        }
        state = .ended
        return Self.trailers(trailers, &indexing).map { .trailers($0) } ?? .malformed
    }

    private static func headers(_ head: ResponseHead, _ indexing: inout HTTP2FieldIndexing) -> HPACKHeaders {
        var headers = HPACKHeaders()
        headers.reserveCapacity(head.section.fields.count + 1)
        let status = String(head.status)
        headers.add(name: ":status", value: status, indexing: indexing.indexing(of: ":status", status))
        append(head.section, of: head.bytes, to: &headers, &indexing)
        return headers
    }

    private static func trailers(_ lines: ByteBuffer, _ indexing: inout HTTP2FieldIndexing) -> HPACKHeaders? {
        var (lines, section, headers) = (lines, FieldSection(), HPACKHeaders())
        lines.writeStaticString("\r\n")
        guard
            case .complete = section.read(
                lines.readableBytesUInt8Span, from: 0, catalogue: catalogue, maxFields: limits.maxResponseFields)
        else { return nil }
        append(section, of: lines, to: &headers, &indexing)
        return headers
    }

    /// Names in lower case (RFC 9113 §8.2); without the fields of a connection (§8.2.2).
    private static func append(
        _ section: FieldSection, of bytes: ByteBuffer, to headers: inout HPACKHeaders,
        _ indexing: inout HTTP2FieldIndexing
    ) {
        let octets = bytes.readableBytesUInt8Span
        for field in section.fields {
            switch field.kind {
            case .connection, .transferEncoding, .upgrade, .hopByHop, .framingLookalike: continue
            case .other, .date, .location, .setCookie, .host, .expect, .maxForwards, .authorization, .reserved,
                .contentLength:
                break
            }
            let name = lowercased(octets, field.name)
            guard let value = bytes.getString(at: bytes.readerIndex + field.value.lowerBound, length: field.value.count)
            else { continue }
            headers.add(name: name, value: value, indexing: indexing.indexing(of: name, value))
        }
    }

    /// A name is ASCII, so `String` need not look what lower case is.
    private static func lowercased(_ octets: Span<UInt8>, _ range: Range<Int>) -> String {
        String(unsafeUninitializedCapacity: range.count) { text in
            for index in 0..<range.count { text[index] = Octet.lowercased(octets[range.lowerBound + index]) }
            return range.count
        }
    }
}
