internal import Foundation
internal import NIOCore
internal import ProxyEngine

/// Bugs that `make fuzz-self-test` puts in on purpose, one of each kind, to see that they are found and told: a wrong
/// answer, which only a harness notices; an octet read behind the end of its storage, which only AddressSanitizer does;
/// and a trap of Swift's own. None is in the product, and none is reached by the corpora.
enum PlantedBug: String {
    case lostOctet = "lost-octet"
    case overrun
    case trap

    private static let planted = PlantedBug(rawValue: ProcessInfo.processInfo.environment["GATEWAY_FUZZ_PLANT"] ?? "")

    static func decoder(_ decoder: BodyDecoder) -> Decoder {
        Decoder(decoder: decoder, isPlanted: planted == .lostOctet)
    }

    /// Loses the last octet of a piece of more than sixteen that begins with a CR.
    struct Decoder {
        fileprivate var decoder: BodyDecoder
        fileprivate let isPlanted: Bool

        mutating func next(_ input: inout ByteBuffer) -> BodyEvent {
            let event = decoder.next(&input)
            guard isPlanted, case .data(var piece) = event, piece.readableBytes > 16,
                piece.readableBytesView.first == 13
            else { return event }
            piece.moveWriterIndex(to: piece.writerIndex - 1)
            return .data(piece)
        }
    }

    /// Reads one octet too many of a chunked request whose method is not PUT.
    static func overrun(_ input: [UInt8], _ head: RequestHead) {
        guard planted == .overrun, head.framing == .chunked, input[head.method] != octets("PUT")[...] else { return }
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: input.count)
        defer { copy.deallocate() }
        _ = copy.initialize(from: input)
        guard let first = copy.baseAddress else { return }
        setenv("GATEWAY_FUZZ_SUM", "\(sum(first, through: input.count))", 1)
    }

    /// A function of its own, in which the compiler can't see what it might leave out.
    @inline(never)
    private static func sum(_ octets: UnsafePointer<UInt8>, through last: Int) -> UInt8 {
        var sum: UInt8 = 0
        for index in 0...last { sum ^= octets[index] }
        return sum
    }

    /// Overflows where a token's first role begins with an octet behind `x`.
    static func trap(_ roles: [[UInt8]]) {
        guard planted == .trap, let first = roles.first?.first else { return }
        setenv("GATEWAY_FUZZ_SUM", "\(first + 0x87)", 1)
    }
}
