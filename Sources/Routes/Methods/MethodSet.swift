/// A set of methods in one word.
package struct MethodSet: Sendable, Hashable {
    var bits: UInt64

    static let none = MethodSet(bits: 0)
    /// What `*` stands for: every method, the unregistered ones too, but CONNECT and TRACE.
    static let all = MethodSet(bits: ~0).subtracting([.connect, .trace])

    init(bits: UInt64) {
        self.bits = bits
    }

    init(_ methods: [Method]) {
        bits = methods.reduce(0) { $0 | 1 << UInt64($1.number) }
    }

    package func contains(_ method: Method) -> Bool {
        bits >> UInt64(method.number) & 1 != 0
    }

    func subtracting(_ methods: [Method]) -> MethodSet {
        MethodSet(bits: bits & ~MethodSet(methods).bits)
    }

    func union(_ other: MethodSet) -> MethodSet { MethodSet(bits: bits | other.bits) }

    func intersection(_ other: MethodSet) -> MethodSet { MethodSet(bits: bits & other.bits) }

    func isSubset(of other: MethodSet) -> Bool { bits & ~other.bits == 0 }

    var isEmpty: Bool { bits == 0 }

    /// As two words, the lower first.
    var words: [Int32] {
        [Int32(truncatingIfNeeded: bits), Int32(truncatingIfNeeded: bits >> 32)]
    }

    init(words low: Int32, _ high: Int32) {
        bits = UInt64(UInt32(bitPattern: low)) | UInt64(UInt32(bitPattern: high)) << 32
    }
}
