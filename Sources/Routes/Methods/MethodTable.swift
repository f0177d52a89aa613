/// From the bytes of a request line to the number of a method, without a String: one multiplication, one
/// comparison.
struct MethodTable: Sendable {
    static let shared = MethodTable()

    private static let slotBits: UInt64 = 8

    /// No two names of the registry share a slot; the initialiser searched for the factor that makes it so.
    private let factor: UInt64
    private let keys: [UInt64]
    private let numbers: [UInt8]

    private init() {
        let names = Method.registry.map { Array($0.utf8) }
        var factor: UInt64 = 0x9E37_79B9_7F4A_7C15
        while Set(names.map { Self.slot(Self.key($0.span), factor) }).count != names.count {
            factor = factor &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 | 1
        }
        var keys = [UInt64](repeating: 0, count: 1 << Self.slotBits)
        var numbers = [UInt8](repeating: Method.unregistered.number, count: 1 << Self.slotBits)
        for (number, name) in names.enumerated() {
            let key = Self.key(name.span)
            keys[Self.slot(key, factor)] = key
            numbers[Self.slot(key, factor)] = UInt8(number)
        }
        self.factor = factor
        self.keys = keys
        self.numbers = numbers
    }

    func method(named name: Span<UInt8>) -> Method {
        let key = Self.key(name)
        let slot = Self.slot(key, factor)
        guard keys[slot] == key else { return .unregistered }
        let method = Method(number: numbers[slot])
        // Eight bytes are all of the usual names; the key of a longer one doesn't hold its end.
        return name.count <= 8 || Self.equal(name, method.name) ? method : .unregistered
    }

    /// The first eight bytes and the length.
    private static func key(_ name: Span<UInt8>) -> UInt64 {
        var key = UInt64(truncatingIfNeeded: name.count)
        for index in 0..<min(name.count, 8) {
            key = key &<< 8 ^ UInt64(name[index])
        }
        return key
    }

    private static func slot(_ key: UInt64, _ factor: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* factor) >> (64 - slotBits))
    }

    private static func equal(_ name: Span<UInt8>, _ registered: String) -> Bool {
        guard name.count == registered.utf8.count else { return false }
        for (index, byte) in registered.utf8.enumerated() where name[index] != byte { return false }
        return true
    }
}
