/// The closer look at a segment that holds an escape or a semicolon.
struct SegmentDecoder {
    /// The longest literal that a pattern may hold. A longer segment of a request equals none.
    static let longestLiteral = 256

    private(set) var bytes = InlineArray<256, UInt8>(repeating: 0)
    private(set) var count = 0
    /// What a route must tolerate to decide this segment.
    private(set) var needed: Tolerance = []

    private var hasNonASCII = false
    private var last: UInt8 = 0
    private var dots = DotDetector()
    private var text = UTF8Checker()
    /// How far back the last decoded percent sign and hex digits after it are: 1, 2; 0: nowhere.
    private var percent = 0

    /// What can't be tolerated, or nil.
    mutating func decode(_ path: Span<UInt8>, _ range: Range<Int>) -> TargetAmbiguity? {
        var index = range.lowerBound
        while index < range.upperBound {
            var byte = path[index]
            index += 1
            if byte == PathBytes.Character.percent {
                guard index + 1 < range.upperBound, let high = ASCII.hexValue(path[index]),
                    let low = ASCII.hexValue(path[index + 1])
                else { return .invalidEscape }
                byte = high << 4 | low
                index += 2
                if byte < 0x20 || byte == 0x7F { return .encodedControl }
            }
            guard text.push(byte) else { return .invalidUTF8 }
            take(byte)
        }
        if !text.isComplete { return .invalidUTF8 }
        return dots.finish() ? .dotSegment : nil
    }

    /// True where an upstream that normalizes text or trims blanks may see another segment (see `NormalizedSegment`).
    var mayNormalize: Bool {
        hasNonASCII || bytes[0] == UInt8(ascii: " ") || last == UInt8(ascii: " ") || needed.contains(.doubleEscape)
    }

    func entry(in segments: borrowing SegmentTable) -> SegmentTable.Entry {
        count > Self.longestLiteral ? .unknown : segments.find(bytes.span.bytes, 0..<count)
    }

    private mutating func take(_ byte: UInt8) {
        note(byte)
        dots.push(byte)
        if byte >= 0x80 { hasNonASCII = true }
        last = byte
        if count < bytes.count { bytes[count] = byte }
        count += 1
    }

    /// A slash, backslash or percent sign is here only where it was encoded.
    private mutating func note(_ byte: UInt8) {
        switch byte {
        case PathBytes.Character.slash: needed.insert(.encodedSlash)
        case PathBytes.Character.backslash: needed.insert(.encodedBackslash)
        case PathBytes.Character.semicolon: needed.insert(.semicolon)
        default: break
        }
        if byte == PathBytes.Character.percent {
            percent = 1
        } else if percent > 0, ASCII.hexValue(byte) != nil {
            if percent == 2 { needed.insert(.doubleEscape) }
            percent = percent == 1 ? 2 : 0
        } else {
            percent = 0
        }
    }
}
