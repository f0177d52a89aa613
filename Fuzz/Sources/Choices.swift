/// Decisions of a harness that follow from its input alone, so that a finding can be repeated from the input.
struct Choices: RandomNumberGenerator {
    private var state: UInt64

    /// FNV-1a of the input, continued by SplitMix64.
    init(_ input: [UInt8]) {
        state = 0xCBF2_9CE4_8422_2325
        for octet in input { state = (state ^ UInt64(octet)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without `bound`, which is not 0.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func isTrue() -> Bool { next() & 1 == 1 }

    /// `whole` in two pieces, either of which may be empty.
    mutating func halves(of whole: [UInt8]) -> [ArraySlice<UInt8>] {
        let cut = below(whole.count + 1)
        return [whole[..<cut], whole[cut...]]
    }

    /// `whole` in pieces of one octet to many.
    mutating func pieces(of whole: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < whole.count {
            let end = min(whole.count, start + 1 + below(isTrue() ? 3 : 40))
            pieces.append(whole[start..<end])
            start = end
        }
        return pieces
    }
}
