/// JSON for machines, on one line. Pure ASCII, so that nothing in it can play tricks on a terminal.
enum JSONTree {
    case null
    case bool(Bool)
    case number(Int)
    case string(String)
    case array([JSONTree])
    case object([(name: String, value: JSONTree)])

    /// Bytes that are no UTF-8 become U+FFFD.
    static func text(_ bytes: some Collection<UInt8>) -> JSONTree { .string(String(decoding: bytes, as: UTF8.self)) }

    static func optional(_ string: String?) -> JSONTree { string.map { .string($0) } ?? .null }
    static func optional(_ number: Int?) -> JSONTree { number.map { .number($0) } ?? .null }

    var rendered: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): "\(value)"
        case .string(let value): Self.quoted(value)
        case .array(let elements): "[" + elements.map(\.rendered).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.rendered }.joined(separator: ",") + "}"
        }
    }

    // char = unescaped / "\" ( %x22 / %x5C / … / %x75 4HEXDIG )               ; RFC 8259 §7
    private static func quoted(_ string: String) -> String {
        var text = "\""
        for unit in string.utf16 {
            switch unit {
            case 0x22: text += "\\\""
            case 0x5C: text += "\\\\"
            case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text + "\""
    }
}
