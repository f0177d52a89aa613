package import NIOCore

/// Where bytes go: the client's connection or the upstream's.
package protocol ByteSink: AnyObject {
    /// Hands over bytes; they leave with the next flush.
    func write(_ buffer: ByteBuffer)
}

/// Moves a body from the bytes that came in on one side to the other side.
///
/// Small pieces are copied behind what is already waiting in `out`, a head at first, so that a small message leaves in
/// one buffer; large ones pass as slices of the buffer they were read into.
package struct BodyPump {
    private var out: ByteBuffer
    /// The storage that was given, handed to the sink and soon free again.
    package private(set) var spent = ByteBuffer()
    private let encoding: BodyEncoding
    package private(set) var octets = 0

    package enum Outcome: Sendable, Equatable {
        case needMore
        case end
        case tooLarge
        case malformed(RequestFault)
    }

    /// - Parameter out: consumed, so that its storage has one owner and is written to in place.
    package init(out: consuming ByteBuffer, encoding: BodyEncoding) {
        self.out = out
        self.encoding = encoding
    }

    /// Moves what there is. At the end of the body its last chunk is written too.
    ///
    /// - Parameter limit: octets of body that may still pass.
    package mutating func move(
        _ decoder: inout BodyDecoder, _ input: inout ByteBuffer, limit: Int, to sink: any ByteSink
    ) -> Outcome {
        while true {
            switch decoder.next(&input) {
            case .data(let piece):
                octets += piece.readableBytes
                guard octets <= limit else { return .tooLarge }
                pass(piece, to: sink)
            case .needMore:
                flushOut(to: sink)
                return .needMore
            case .end:
                if case .chunked = encoding { writeLastChunk(decoder.trailers) }
                flushOut(to: sink)
                return .end
            case .malformed(let fault): return .malformed(fault)
            }
        }
    }

    private mutating func writeLastChunk(_ trailers: ByteBuffer?) {
        guard var trailers else {
            out.writeStaticString(BodyEncoding.lastChunk)
            return
        }
        out.writeStaticString("0\r\n")
        out.writeBuffer(&trailers)
        out.writeStaticString("\r\n")
    }

    private mutating func pass(_ piece: ByteBuffer, to sink: any ByteSink) {
        var piece = piece
        if piece.readableBytes <= EngineLimits.copyLimit {
            encoding.append(&piece, to: &out)
            if out.readableBytes > EngineLimits.readAhead { flushOut(to: sink) }
            return
        }
        guard case .chunked = encoding else {
            flushOut(to: sink)
            sink.write(piece)
            return
        }
        BodyEncoding.appendSizeLine(piece.readableBytes, to: &out)
        flushOut(to: sink)
        sink.write(piece)
        out.writeStaticString("\r\n")
    }

    /// Hands over what is collected. Not done by itself when a body is malformed: the receiver may want to have none of it.
    mutating func flushOut(to sink: any ByteSink) {
        guard out.readableBytes > 0 else { return }
        sink.write(out)
        if spent.storageCapacity == 0 { spent = out }
        out = ByteBuffer()
    }
}
