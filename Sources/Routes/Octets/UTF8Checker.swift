/// Checks bytes for being UTF-8, one after another.
///
///     UTF8-2 = %xC2-DF UTF8-tail                                            ; RFC 3629 §4
///     UTF8-3 = %xE0 %xA0-BF UTF8-tail / %xE1-EC 2( UTF8-tail ) /
///              %xED %x80-9F UTF8-tail / %xEE-EF 2( UTF8-tail )
///     UTF8-4 = %xF0 %x90-BF 2( UTF8-tail ) / %xF1-F3 3( UTF8-tail ) /
///              %xF4 %x80-8F 2( UTF8-tail )
struct UTF8Checker {
    /// How many bytes of a character are still to come.
    private var missing = 0
    /// What the next of them may be.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// False at the first byte that can't stand here.
    mutating func push(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard allowed ~= byte else { return false }
            missing -= 1
            allowed = 0x80...0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
        case 0xED: (missing, allowed) = (2, 0x80...0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }

    /// False in the middle of a character.
    var isComplete: Bool { missing == 0 }
}
