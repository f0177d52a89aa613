package import NIOCore

/// What a body decoder makes of the bytes it is given.
package enum BodyEvent {
    case data(ByteBuffer)
    case needMore
    case end
    case malformed(RequestFault)
}

/// What becomes of a chunked body's trailer section.
package enum TrailerRule {
    case drop
    /// Passed on, without the fields that the catalogue knows.
    case keep(FieldCatalogue)
}

/// Cuts one message's body out of a stream of bytes, as its framing says.
package struct BodyDecoder {
    private enum State {
        case length(remaining: Int)
        case chunked(ChunkedDecoder)
        case untilClose
        case end
    }

    private var state: State
    private let trailerRule: TrailerRule
    /// The trailer lines to pass on, once the end was reached.
    private(set) var trailers: ByteBuffer?

    package init(_ framing: BodyFraming, trailers rule: TrailerRule = .drop) {
        trailerRule = rule
        state =
            switch framing {
            case .none: .end
            case .length(let length): length == 0 ? .end : .length(remaining: length)
            case .chunked: .chunked(ChunkedDecoder())
            case .untilClose: .untilClose
            }
    }

    package var isAtEnd: Bool {
        if case .end = state { true } else { false }
    }

    /// Whether the end of the connection is the end of this body.
    package var endsWithConnection: Bool {
        if case .untilClose = state { true } else { false }
    }

    /// The next piece of `input`; what is not consumed must come again, in front of what follows it.
    package mutating func next(_ input: inout ByteBuffer) -> BodyEvent {
        switch state {
        case .end: return .end
        case .untilClose:
            guard let piece = input.readSlice(length: input.readableBytes), piece.readableBytes > 0
            else { return .needMore }
            return .data(piece)
        case .length(let remaining):
            guard input.readableBytes > 0 else { return .needMore }
            let count = min(remaining, input.readableBytes)
            guard let piece = input.readSlice(length: count) else { return .needMore }
            state = count == remaining ? .end : .length(remaining: remaining - count)
            return .data(piece)
        case .chunked(var decoder):
            let event = decoder.next(&input, trailers: trailerRule)
            if case .end = event {
                trailers = decoder.trailers
                state = .end
            } else {
                state = .chunked(decoder)
            }
            return event
        }
    }
}

/// How a body is written: as it is, where its length or the connection's end delimits it, or chunked.
package enum BodyEncoding {
    case identity
    case chunked

    static let lastChunk: StaticString = "0\r\n\r\n"

    /// Appends `piece` to `out` as this coding writes it.
    func append(_ piece: inout ByteBuffer, to out: inout ByteBuffer) {
        switch self {
        case .identity: out.writeBuffer(&piece)
        case .chunked:
            Self.appendSizeLine(piece.readableBytes, to: &out)
            out.writeBuffer(&piece)
            out.writeStaticString("\r\n")
        }
    }

    static func appendSizeLine(_ size: Int, to out: inout ByteBuffer) {
        var shift = 60
        while shift > 0, size >> shift == 0 { shift -= 4 }
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: (size >> shift) & 15)
            out.writeInteger(digit < 10 ? digit + 0x30 : digit + 0x57)
            shift -= 4
        }
        out.writeStaticString("\r\n")
    }
}
