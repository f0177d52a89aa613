/// The characters that Unicode's NFKC turns into others: `ａ` into `a`, `ﬁ` into `fi`, `…` into three dots.
///
/// What NFC changes alone is not here, unless it becomes ASCII: Swift's strings compare by canonical equivalence (Unicode
/// Standard Annex #15).
enum CompatibilityCharacters {
    /// What the scalar becomes; nil: itself.
    static func text(of scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
        guard let run = run(of: scalar.value) else { return nil }
        let target = runs[run + 2]
        if target >> 31 == 0 { return Unicode.Scalar(target &+ (scalar.value &- runs[run])).map { [$0] } }
        let start = Int(target & 0xFFFF)
        return scalars[start..<start + Int(target >> 16 & 0x7FFF)].compactMap(Unicode.Scalar.init)
    }

    /// Where the run stands that holds the scalar.
    private static func run(of scalar: UInt32) -> Int? {
        var range = 0..<runs.count / 3
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            if runs[middle * 3 + 1] < scalar {
                range = middle + 1..<range.upperBound
            } else if runs[middle * 3] > scalar {
                range = range.lowerBound..<middle
            } else {
                return middle * 3
            }
        }
        return nil
    }
}
