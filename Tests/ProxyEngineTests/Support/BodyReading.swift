import NIOCore
import ProxyEngine
import Testing

/// What the engine made of the octets of a body.
struct BodyReading: Equatable {
    enum End: Equatable {
        case end
        case needMore
        case malformed(RequestFault)
    }

    var data: String
    var end: End
    /// What was behind the body and left unread.
    var rest = ""

    /// Gives `pieces` to a decoder one after the other, as they would come from a connection.
    init(of pieces: some Sequence<ArraySlice<UInt8>>, as framing: BodyFraming) {
        var (decoder, input, data) = (BodyDecoder(framing), ByteBuffer.behindEarlierMessage([]), ByteBuffer())
        (self.data, end) = ("", .needMore)
        for piece in pieces {
            input.writeBytes(piece)
            guard end == .needMore else { continue }
            end = Self.drain(&decoder, &input, into: &data)
        }
        self.data = text(data)
        if end == .end { rest = text(input) }
    }

    private static func drain(_ decoder: inout BodyDecoder, _ input: inout ByteBuffer, into data: inout ByteBuffer)
        -> End
    {
        while true {
            switch decoder.next(&input) {
            case .data(var piece): data.writeBuffer(&piece)
            case .needMore: return .needMore
            case .end: return .end
            case .malformed(let fault): return .malformed(fault)
            }
        }
    }
}

/// Reads a body in one piece, in every two pieces and octet by octet, and sees to it that all give the same.
@discardableResult
func readBody(
    _ body: String, as framing: BodyFraming = .chunked, sourceLocation: SourceLocation = #_sourceLocation
) -> BodyReading {
    let all = octets(body)[...]
    let whole = BodyReading(of: [all], as: framing)
    for cut in all.indices {
        let reading = BodyReading(of: [all[..<cut], all[cut...]], as: framing)
        guard reading == whole else {
            Issue.record("cut at \(cut): \(reading); whole: \(whole)", sourceLocation: sourceLocation)
            break
        }
    }
    let single = BodyReading(of: all.indices.map { all[$0...$0] }, as: framing)
    #expect(single == whole, sourceLocation: sourceLocation)
    return whole
}
