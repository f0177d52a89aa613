/// SplitMix64: a failure names its seed, and the seed brings the same events again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0xD134_2543_DE82_EF95 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension RandomNumberGenerator {
    /// A number from 0 up to and without `bound`, which is not 0.
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    mutating func element<C: RandomAccessCollection>(of choices: C) -> C.Element {
        choices[choices.index(choices.startIndex, offsetBy: below(choices.count))]
    }
}

/// Damages messages as an attacker would: single octets, pieces that mean something, and pieces of itself.
struct Mutator {
    var generator: SeededGenerator
    /// What is put in besides single octets.
    var pieces: [String]

    init(seed: Int, pieces: [String]) {
        generator = SeededGenerator(seed: seed)
        self.pieces = pieces
    }

    private static let telling: [UInt8] = [
        0x00, 0x09, 0x0A, 0x0B, 0x0D, 0x20, 0x22, 0x23, 0x2C, 0x2E, 0x2F, 0x30, 0x3A, 0x3B, 0x3D, 0x40, 0x5C, 0x5F,
        0x7F,
        0x80, 0xA0, 0xFF,
    ]

    mutating func mutate(_ message: [UInt8]) -> [UInt8] {
        var mutant = message
        for _ in 0...generator.below(3) { mutateOnce(&mutant) }
        return mutant
    }

    private mutating func mutateOnce(_ mutant: inout [UInt8]) {
        guard !mutant.isEmpty else { return }
        let place = generator.below(mutant.count)
        switch generator.below(8) {
        case 0: mutant[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: mutant[place] = generator.element(of: Self.telling)
        case 2: mutant.insert(generator.element(of: Self.telling), at: place)
        case 3: mutant.remove(at: place)
        case 4: mutant[place] ^= 0x20
        case 5, 6: mutant.insert(contentsOf: octets(generator.element(of: pieces)), at: place)
        default:
            let end = min(mutant.count, place + generator.below(40))
            mutant.insert(contentsOf: mutant[place..<end], at: generator.below(mutant.count))
        }
    }

    /// `whole` cut at random places.
    mutating func split(_ whole: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < whole.count {
            let end = min(whole.count, start + 1 + generator.below(generator.oneIn(2) ? 3 : 30))
            pieces.append(whole[start..<end])
            start = end
        }
        return pieces
    }
}
