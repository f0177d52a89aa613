/// The first eight bytes of a name and its length: short names entirely, long ones nearly always enough to differ.
struct NameFingerprint: Sendable, Equatable {
    private var head: UInt64 = 0
    private(set) var count: UInt64 = 0

    /// Whether equal fingerprints mean equal names. Otherwise the names have to be compared.
    var isWholeName: Bool { count <= 8 }

    init() {}

    init(_ name: [UInt8]) { self.init(of: 0..<name.count, in: name.span) }

    /// The same as appending all bytes of the range.
    init(of range: Range<Int>, in text: Span<UInt8>) {
        count = UInt64(range.count)
        if range.lowerBound + 8 <= text.count {
            head = text.word(at: range.lowerBound)
            // Shifts by 64 or more give zero in Swift, so that a mask for eight bytes and more is all ones.
            head &= (1 << (count * 8)) &- 1
        } else {
            for (shift, index) in range.prefix(8).enumerated() { head |= UInt64(text[index]) << (shift * 8) }
        }
    }

    mutating func append(_ byte: UInt8) {
        if count < 8 { head |= UInt64(byte) << (count * 8) }
        count += 1
    }
}
