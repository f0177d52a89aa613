internal import NIOCore
internal import ProxyEngine

/// Chunked bodies: the same data in whatever pieces they come, no octet of it lost or made up, none taken from behind
/// the end; and what goes on is a chunked body again, with the same data.
struct ChunkedBodyHarness: Harness {
    private let catalogue = FieldCatalogue.request(reserved: ["X-User-Id", "X-User-Role"])

    func check(_ input: [UInt8]) throws(Objection) {
        var choices = Choices(input)
        let whole = Reading(of: [input[...]])
        try requireEqual(Reading(of: choices.halves(of: input)), whole, "in two pieces and whole")
        try requireEqual(Reading(of: choices.pieces(of: input)), whole, "in many pieces and whole")
        if input.count <= 128 {
            try requireEqual(Reading(of: input.indices.map { input[$0...$0] }), whole, "octet by octet and whole")
        }
        try require(whole.data.count + whole.rest.count <= input.count, "more octets than came in")
        try checkPlainly(input, whole)
        try checkPassing(choices.pieces(of: input), whole)
    }

    private func checkPlainly(_ input: [UInt8], _ whole: Reading) throws(Objection) {
        guard whole.end == .end else { return }
        guard let plain = PlainChunks(input) else { throw Objection("accepted, and no chunked body") }
        try requireEqual(whole.data, plain.data, "the data")
        try requireEqual(whole.rest, Array(input[plain.length...]), "what is behind the body")
    }

    /// The body as the upstream gets it.
    private func checkPassing(_ pieces: [ArraySlice<UInt8>], _ whole: Reading) throws(Objection) {
        let sink = Sink()
        var decoder = BodyDecoder(.chunked, trailers: .keep(catalogue))
        var input = ByteBuffer()
        var outcome = BodyPump.Outcome.needMore
        for piece in pieces where outcome == .needMore {
            input.writeBytes(piece)
            var pump = BodyPump(out: ByteBuffer(), encoding: .chunked)
            outcome = pump.move(&decoder, &input, limit: .max, to: sink)
        }
        try requireEqual(outcome == .end, whole.end == .end, "the end of what goes on")
        guard outcome == .end else { return }
        guard let passed = PlainChunks(sink.octets) else { throw Objection("what goes on is no chunked body") }
        try requireEqual(passed.length, sink.octets.count, "the length of what goes on")
        try requireEqual(passed.data, whole.data, "the data that goes on")
        for trailer in passed.trailers {
            try require(!Self.isOurs(trailer), "the trailer \(trailer)")
        }
    }

    /// Names that decide about framing, routing, authentication or identity (RFC 9110 §6.5.1).
    private static func isOurs(_ field: PlainHead.Field) -> Bool {
        [
            "contentlength", "transferencoding", "connection", "te", "trailer", "upgrade", "xuserid", "xuserrole",
            "proxy",
        ]
        .contains(field.foldedName) || ["host", "authorization", "expect"].contains(field.lowercasedName)
    }

    private final class Sink: ByteSink {
        var octets: [UInt8] = []

        func write(_ buffer: ByteBuffer) { octets += buffer.readableBytesView }
    }

    private struct Reading: Equatable {
        /// Which fault it is that a malformed body has first depends on the pieces: a line may be too long before its
        /// end is seen to be wrong.
        enum End { case end, needMore, malformed }

        var data: [UInt8] = []
        var end = End.needMore
        /// What was behind the end and left unread.
        var rest: [UInt8] = []

        init(of pieces: some Sequence<ArraySlice<UInt8>>) {
            var decoder = PlantedBug.decoder(BodyDecoder(.chunked))
            var input = ByteBuffer()
            for piece in pieces {
                if end == .needMore {
                    input = .atEndOfStorage(Array(input.readableBytesView) + piece)
                    drain(&decoder, &input)
                } else {
                    input.writeBytes(piece)
                }
            }
            if end == .end { rest = Array(input.readableBytesView) }
        }

        private mutating func drain(_ decoder: inout PlantedBug.Decoder, _ input: inout ByteBuffer) {
            while true {
                switch decoder.next(&input) {
                case .data(let piece): data += piece.readableBytesView
                case .needMore: return
                case .end:
                    end = .end
                    return
                case .malformed:
                    end = .malformed
                    return
                }
            }
        }
    }
}
