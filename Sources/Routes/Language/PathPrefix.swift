/// The start of a path, as `upstream` puts one there or takes one away: `/base`, `/api/v1`.
///
///     prefix  = 1*( "/" segment )
///     segment = 1*( unreserved / sub-delims / ":" / "@" )      ; RFC 3986 §3.3, without escapes and ";"
///
/// Without what would make the whole path ambiguous: escapes, semicolons, empty segments and segments of dots.
enum PathPrefix {
    /// False after an error.
    ///
    /// - Parameter name: what it is, for the message.
    static func check(_ text: Substring, of word: Word, _ name: String, _ reporter: Reporter) -> Bool {
        guard text.first == "/", text != "/" else {
            reporter.error(word.place, "expected \(name), which starts with \"/\", such as /legacy")
            return false
        }
        guard text.last != "/" else {
            let trimmed = String(word.text.reversed().drop { $0 == "/" }.reversed())
            reporter.error(word.place, "\(name) has no slash at its end", hint: "write \(trimmed)")
            return false
        }
        for segment in text.utf8.dropFirst().split(
            separator: PathBytes.Character.slash, omittingEmptySubsequences: false)
        {
            guard !segment.isEmpty, !segment.allSatisfy({ $0 == PathBytes.Character.dot }) else {
                reporter.error(word.place, "\(name) has no empty segments and no segments of dots")
                return false
            }
            guard segment.allSatisfy(isLiteral) else {
                reporter.error(
                    word.place, "\(name) holds only letters, digits and - . _ ~ ! $ & ' ( ) * + , = : @, no escapes")
                return false
            }
        }
        return true
    }

    /// What browsers send unencoded besides `pchar` is no part of an URL that is written by hand.
    private static func isLiteral(_ byte: UInt8) -> Bool {
        PathBytes.isOrdinary(byte) && !"[]|^".utf8.contains(byte)
    }
}
