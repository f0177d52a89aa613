/// Bytes from outside as a person may read them on a terminal.
///
/// Letters and digits of all scripts, and printable ASCII, stand for themselves. Everything else is escaped: controls,
/// which a terminal obeys; marks that turn the direction of text; combining marks, by which two different names look
/// alike; bytes that are no UTF-8.
enum PlainText {
    /// In quotes.
    static func quoted(_ bytes: some Collection<UInt8>) -> String { "\"" + escaped(bytes, quotes: true) + "\"" }

    /// As it is, for what can't be confused with the words around it.
    static func plain(_ bytes: some Collection<UInt8>) -> String { escaped(bytes, quotes: false) }

    private static func escaped(_ bytes: some Collection<UInt8>, quotes: Bool) -> String {
        var text = ""
        var decoder = UTF8()
        var rest = bytes.makeIterator()
        while true {
            switch decoder.decode(&rest) {
            case .scalarValue(let scalar): append(scalar, quotes: quotes, to: &text)
            case .emptyInput: return text
            case .error: text += "\\u{fffd}"
            }
        }
    }

    private static func append(_ scalar: Unicode.Scalar, quotes: Bool, to text: inout String) {
        switch scalar {
        case "\"" where quotes, "\\" where quotes: text += "\\" + String(scalar)
        case " "..."~": text.unicodeScalars.append(scalar)
        default:
            if scalar.value >= 0x80, isLetterOrDigit(scalar) {
                text.unicodeScalars.append(scalar)
            } else {
                text += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .decimalNumber: true
        default: false
        }
    }
}
