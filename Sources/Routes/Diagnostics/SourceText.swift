/// A file's lines.
struct SourceText {
    /// Without their line ends.
    let lines: [ArraySlice<UInt8>]

    /// Lines end with LF or CRLF.
    init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
    }

    /// For diagnostics: control characters are shown as U+FFFD, except tabs.
    func line(_ number: Int) -> String? {
        guard lines.indices.contains(number - 1) else { return nil }
        return String(
            String(decoding: lines[number - 1], as: UTF8.self).map { character in
                let isControl = character.unicodeScalars.contains { $0.value < 0x20 || 0x7F...0x9F ~= $0.value }
                return isControl && character != "\t" ? "\u{FFFD}" : character
            })
    }
}
