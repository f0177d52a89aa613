/// Finds segments of dots, or of dots and blanks, in decoded bytes.
///
/// It goes by what an upstream may make of the bytes: an encoded slash or backslash separates, a semicolon ends the name
/// (Tomcat takes `..;x` for `..`), and bytes that are still escaped count as what they stand for. So no tolerance opens
/// a way for dots.
struct DotDetector {
    private var hasDot = false
    private var hasOther = false
    /// How many bytes of an escape within the decoded bytes were read: `%`, `%2`.
    private var escape = 0
    private var found = false

    mutating func push(_ byte: UInt8) {
        switch (escape, byte) {
        case (1, UInt8(ascii: "2")), (1, UInt8(ascii: "5")): escape = byte == UInt8(ascii: "2") ? 2 : 3
        case (2, UInt8(ascii: "e")), (2, UInt8(ascii: "E")): take(PathBytes.Character.dot)
        case (2, UInt8(ascii: "0")): take(UInt8(ascii: " "))
        case (2, UInt8(ascii: "f")), (2, UInt8(ascii: "F")), (3, UInt8(ascii: "c")), (3, UInt8(ascii: "C")):
            take(PathBytes.Character.slash)
        // What came was no escape; this may begin one: "%%2f" is a slash for whoever decodes once more.
        case (1..., PathBytes.Character.percent): (hasOther, escape) = (true, 1)
        case (1..., _):
            hasOther = true
            take(byte)
        case (_, PathBytes.Character.percent): escape = 1
        default: take(byte)
        }
    }

    /// At the segment's end: true when it, or a part of it, is such a segment.
    mutating func finish() -> Bool {
        if escape > 0 { hasOther = true }
        endPart()
        return found
    }

    private mutating func take(_ byte: UInt8) {
        escape = 0
        switch byte {
        case PathBytes.Character.dot: hasDot = true
        case UInt8(ascii: " "): break
        case PathBytes.Character.slash, PathBytes.Character.backslash, PathBytes.Character.semicolon: endPart()
        default: hasOther = true
        }
    }

    private mutating func endPart() {
        if hasDot && !hasOther { found = true }
        (hasDot, hasOther) = (false, false)
    }
}
