package import NIOCore

/// When a head that comes in pieces is worth reading: when its end may be here, or when twice as much is here as at the last
/// attempt. Reading it anew for every octet would cost the square of its length.
package struct HeadSearch: Sendable {
    /// How many octets were read in vain; 0: none.
    package private(set) var unparsed = 0
    /// How many of them were searched for the end.
    private var searched = 0

    package init() {}

    /// - Parameter limit: octets of a head; what is longer is read, to be refused.
    package mutating func mayBeWhole(_ input: ByteBuffer, limit: Int) -> Bool {
        guard unparsed > 0, input.readableBytes < 2 * unparsed, input.readableBytes <= limit else { return true }
        let start = searched
        searched = input.readableBytes
        return input.readableBytesUInt8Span.hasEndOfHead(from: start)
    }

    package mutating func wasIncomplete(_ input: ByteBuffer) {
        (unparsed, searched) = (input.readableBytes, input.readableBytes)
    }

    package mutating func reset() { (unparsed, searched) = (0, 0) }
}
