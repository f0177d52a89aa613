/// From the bytes of one line to its words.
///
///     line    = *( blank / word ) [ "#" *any ] [ "\" ]
///     word    = 1*( plain / quoted )
///     quoted  = DQUOTE *( any but DQUOTE and "\" / "\" ( DQUOTE / "\" / "|" ) ) DQUOTE
///     blank   = SP / HTAB
struct LineLexer {
    /// Words, and whether the next line continues this one.
    private(set) var words: [Word] = []
    private(set) var continues = false

    private let bytes: ArraySlice<UInt8>
    private let line: Int
    private let reporter: Reporter
    private var index: Int

    /// - Parameter bytes: valid UTF-8.
    init(_ bytes: ArraySlice<UInt8>, line: Int, reporter: Reporter) {
        (self.bytes, self.line, self.reporter) = (bytes, line, reporter)
        index = bytes.startIndex
        while let byte = current, byte != UInt8(ascii: "#") {
            if Self.isBlank(byte) {
                advance()
            } else if isContinuation {
                continues = true
                return
            } else {
                readWord()
            }
        }
    }

    private var current: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

    /// A backslash with nothing but blanks after it.
    private var isContinuation: Bool {
        bytes[index] == UInt8(ascii: "\\") && bytes[(index + 1)...].allSatisfy(Self.isBlank)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// U+2018 to U+201F in UTF-8, which word processors put where a quote was typed.
    private static func isTypographicQuote(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.count == 3 && bytes.starts(with: [0xE2, 0x80]) && bytes.dropFirst(2).allSatisfy { 0x98...0x9F ~= $0 }
    }

    private mutating func advance() {
        index += 1
    }

    /// 1-based, in characters. Counted anew for each word: lines are short, and only this is right for characters of
    /// several scalars.
    private func column(of index: Int) -> Int {
        String(decoding: bytes[..<index], as: UTF8.self).count + 1
    }

    private mutating func readWord() {
        let start = index
        var text: [UInt8] = []
        var pipes: Set<Int> = []
        var isQuoted = false
        while let byte = current, !Self.isBlank(byte), !isContinuation {
            if byte == UInt8(ascii: "\"") {
                isQuoted = true
                readQuoted(into: &text, &pipes)
            } else {
                text.append(byte)
                advance()
            }
        }
        if Self.isTypographicQuote(text.prefix(3)) {
            reporter.error(place(start), "a typographic quote is no quote", hint: "write \"")
            text.removeFirst(3)
            if Self.isTypographicQuote(text.suffix(3)) { text.removeLast(3) }
        }
        let first = column(of: start)
        let place = Place(line: line, column: first, width: column(of: index) - first)
        words.append(Word(bytes: text, literalPipes: pipes, isQuoted: isQuoted, place: place))
    }

    private mutating func readQuoted(into text: inout [UInt8], _ pipes: inout Set<Int>) {
        let opening = index
        advance()
        while let byte = current {
            advance()
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): readEscape(into: &text, &pipes)
            default: text.append(byte)
            }
        }
        reporter.error(place(opening), "the quote isn't closed", hint: "a quoted word ends with \" in the same line")
    }

    private mutating func readEscape(into text: inout [UInt8], _ pipes: inout Set<Int>) {
        // At the end of the line: the missing quote is reported.
        guard let byte = current else { return }
        guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "|") else {
            reporter.error(place(index - 1), "unknown escape in a quoted word; expected \\\", \\\\ or \\|")
            return
        }
        if byte == UInt8(ascii: "|") { pipes.insert(text.count) }
        text.append(byte)
        advance()
    }

    private func place(_ index: Int) -> Place { Place(line: line, column: column(of: index), width: 1) }
}
