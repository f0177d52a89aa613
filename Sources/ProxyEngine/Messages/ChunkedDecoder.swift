internal import NIOCore

/// The chunked transfer coding, read strictly (RFC 9112 §7.1).
///
///     chunked-body   = *chunk last-chunk trailer-section CRLF
///     chunk          = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
///     chunk-size     = 1*HEXDIG
///     chunk-ext      = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
///
/// Extensions are checked and dropped, trailers too unless they are asked for: what goes on is chunked anew, so that nothing which two
/// implementations could read in two ways is ever passed on.
struct ChunkedDecoder {
    private enum State {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers
        case end
    }

    private var state = State.size
    /// The lines of the trailer section that may go on, where they are asked for; nil: none.
    private(set) var trailers: ByteBuffer?

    /// The next piece of `input`; what is not consumed must come again, in front of what follows it.
    mutating func next(_ input: inout ByteBuffer, trailers rule: TrailerRule) -> BodyEvent {
        while true {
            switch state {
            case .size:
                switch Self.size(input.readableBytesUInt8Span) {
                case .needMore: return .needMore
                case .malformed(let fault): return .malformed(.chunk(fault))
                case .size(0, let end):
                    input.moveReaderIndex(forwardBy: end)
                    state = .trailers
                case .size(let size, let end):
                    input.moveReaderIndex(forwardBy: end)
                    state = .data(remaining: size)
                }
            case .data(let remaining):
                guard input.readableBytes > 0 else { return .needMore }
                let count = min(remaining, input.readableBytes)
                guard let piece = input.readSlice(length: count) else { return .needMore }
                state = count == remaining ? .dataEnd : .data(remaining: remaining - count)
                return .data(piece)
            case .dataEnd:
                switch Self.dataEnd(input.readableBytesUInt8Span) {
                case .needMore: return .needMore
                case .malformed(let fault): return .malformed(.chunk(fault))
                case .size(_, let end):
                    input.moveReaderIndex(forwardBy: end)
                    state = .size
                }
            case .trailers:
                var section = FieldSection()
                let names =
                    switch rule {
                    case .drop: FieldCatalogue.empty
                    case .keep(let names): names
                    }
                switch Self.readTrailers(input.readableBytesUInt8Span, into: &section, names: names) {
                case .needMore: return .needMore
                case .malformed(let fault): return .malformed(fault)
                case .end(let end):
                    if case .keep = rule { trailers = Self.passed(section, of: input) }
                    input.moveReaderIndex(forwardBy: end)
                    state = .end
                    return .end
                }
            case .end: return .end
            }
        }
    }

    private enum Line {
        /// The size in it, 0 where it has none, and the offset behind its CRLF.
        case size(Int, end: Int)
        case needMore
        case malformed(ChunkFault)
    }

    private static func size(_ octets: Span<UInt8>) -> Line {
        var (value, position) = (0, 0)
        while position < octets.count, let digit = Octet.hexValue(octets[position]) {
            guard position < 15 else { return .malformed(.sizeTooLarge) }
            value = value << 4 | Int(digit)
            position += 1
        }
        guard position < octets.count else { return .needMore }
        guard position > 0 else { return .malformed(.size) }
        switch ChunkExtension.end(octets, from: position) {
        case .malformed(let fault): return .malformed(fault)
        case .needMore: return octets.count > EngineLimits.maxChunkLine ? .malformed(.lineTooLong) : .needMore
        case .end(let end):
            return end <= EngineLimits.maxChunkLine ? .size(value, end: end) : .malformed(.lineTooLong)
        }
    }

    private static func dataEnd(_ octets: Span<UInt8>) -> Line {
        guard octets.count >= 1 else { return .needMore }
        guard octets[0] == Octet.carriageReturn else { return .malformed(.dataEnd) }
        guard octets.count >= 2 else { return .needMore }
        return octets[1] == Octet.lineFeed ? .size(0, end: 2) : .malformed(.dataEnd)
    }

    private enum Trailers {
        case end(Int)
        case needMore
        case malformed(RequestFault)
    }

    private static func readTrailers(
        _ octets: Span<UInt8>, into section: inout FieldSection, names: borrowing FieldCatalogue
    ) -> Trailers {
        switch section.read(octets, from: 0, catalogue: names, maxFields: EngineLimits.maxTrailerFields) {
        case .incomplete:
            return octets.count > EngineLimits.maxTrailers ? .malformed(.chunk(.trailerTooLarge)) : .needMore
        case .malformed(let fault): return .malformed(.trailer(fault))
        case .tooMany: return .malformed(.chunk(.trailerTooLarge))
        case .complete(let end):
            return end <= EngineLimits.maxTrailers ? .end(end) : .malformed(.chunk(.trailerTooLarge))
        }
    }

    /// The trailer lines that may go on: those that the gateway knows nothing about. What it knows decides about
    /// framing, routing, authentication or identity, none of which a trailer may do (RFC 9110 §6.5.1).
    private static func passed(_ section: FieldSection, of input: ByteBuffer) -> ByteBuffer {
        var lines = ByteBuffer()
        let octets = input.readableBytesSpan
        for field in section.fields where field.kind == .other { lines.writeBytes(octets.extracting(field.line)) }
        return lines
    }
}

/// Finds the end of a chunk-size line behind its size, checking the extensions on the way.
///
///     chunk-ext-name = token
///     chunk-ext-val  = token / quoted-string
private enum ChunkExtension {
    enum Outcome {
        /// The offset behind the line's CRLF.
        case end(Int)
        case needMore
        case malformed(ChunkFault)
    }

    static func end(_ octets: Span<UInt8>, from start: Int) -> Outcome {
        var position = start
        while position < octets.count {
            switch octets[position] {
            case Octet.carriageReturn:
                guard position + 1 < octets.count else { return .needMore }
                return octets[position + 1] == Octet.lineFeed ? .end(position + 2) : .malformed(.lineEnd)
            case Octet.semicolon:
                switch parameter(octets, from: position + 1) {
                case .end(let end): position = end
                case let other: return other
                }
            default: return .malformed(position == start ? .size : .extensionSyntax)
            }
        }
        return .needMore
    }

    /// Blanks, which the grammar only tolerates as "bad white space", are refused.
    private static func parameter(_ octets: Span<UInt8>, from start: Int) -> Outcome {
        var position = start
        while position < octets.count, Octet.isTokenCharacter(octets[position]) { position += 1 }
        guard position < octets.count else { return .needMore }
        guard position > start else { return .malformed(.extensionSyntax) }
        guard octets[position] == Octet.equals else { return .end(position) }
        position += 1
        guard position < octets.count else { return .needMore }
        if octets[position] == Octet.quote { return quoted(octets, from: position + 1) }
        let valueStart = position
        while position < octets.count, Octet.isTokenCharacter(octets[position]) { position += 1 }
        guard position < octets.count else { return .needMore }
        return position > valueStart ? .end(position) : .malformed(.extensionSyntax)
    }

    private static func quoted(_ octets: Span<UInt8>, from start: Int) -> Outcome {
        var position = start
        while position < octets.count {
            if octets[position] == Octet.quote { return .end(position + 1) }
            // quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text ): a backslash hides a quote, never a line end.
            if octets[position] == 0x5C {
                position += 1
                guard position < octets.count else { return .needMore }
            }
            guard Octet.isFieldContent(octets[position]) else { return .malformed(.extensionSyntax) }
            position += 1
        }
        return .needMore
    }
}
