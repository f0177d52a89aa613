/// A segment as an upstream sees it that normalizes text by NFKC (Unicode Standard Annex #15) and trims blanks.
///
/// Characters are replaced, not composed: `key` is compared by canonical equivalence.
struct NormalizedSegment {
    /// A longer one equals no literal: composing shortens UTF-8 to a third at most.
    private static let longest = SegmentDecoder.longestLiteral * 3

    /// UTF-8; every kind of blank is a space.
    private var bytes: [UInt8] = []
    /// It holds a character that becomes one that separates or escapes.
    private(set) var hasSeparator = false
    /// It consists of dots and blanks, or a part of it does. See `DotDetector`.
    let hasDots: Bool

    /// - Parameter decoded: escapes decoded.
    init(_ decoded: [UInt8]) {
        for scalar in String(decoding: decoded, as: UTF8.self).unicodeScalars {
            if scalar.isASCII {
                bytes.append(UInt8(scalar.value))
            } else if Self.isBlank(scalar) {
                bytes.append(Self.space)
            } else if let text = CompatibilityCharacters.text(of: scalar) {
                for other in text {
                    if Self.isSeparator(other) { hasSeparator = true }
                    bytes += UTF8.encode(other).map(Array.init) ?? []
                }
            } else {
                bytes += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
        var dots = DotDetector()
        for byte in bytes { dots.push(byte) }
        hasDots = dots.finish()
    }

    /// What no rule can tolerate.
    var ambiguity: TargetAmbiguity? {
        if hasDots { return .compatibilityDots }
        return !bytes.isEmpty && bytes.allSatisfy { $0 == Self.space } ? .blankSegment : nil
    }

    /// Equal for two segments that an upstream may take for one; case is ASCII case. Nil: equals no literal's.
    var key: String? {
        let text = trimmed
        guard text.count <= Self.longest else { return nil }
        return String(decoding: text.map(SegmentTable.folded), as: UTF8.self)
    }

    /// Without blanks at its ends, unless it has nothing else.
    var trimmed: ArraySlice<UInt8> {
        guard let first = bytes.firstIndex(where: { $0 != Self.space }),
            let last = bytes.lastIndex(where: { $0 != Self.space })
        else { return bytes[...] }
        return bytes[first...last]
    }

    private static let space = UInt8(ascii: " ")

    /// What one language or another trims: White_Space, controls, and what was white space in older versions of Unicode.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x80...0x9F, 0x180E, 0x200B, 0xFEFF: true
        default: scalar.properties.isWhitespace
        }
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "/", "\\", "%", ";", "?", "#": true
        default: false
        }
    }
}
