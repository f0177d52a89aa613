/// JSON (RFC 8259) read once more, in the plainest way and just as strictly: into a tree, with names and strings decoded.
indirect enum PlainJSON: Equatable {
    case null
    case boolean(Bool)
    /// As it is written.
    case number([UInt8])
    case string([UInt8])
    case array([PlainJSON])
    case object([Member])

    struct Member: Equatable {
        var name: [UInt8]
        var value: PlainJSON
    }

    /// Nil where the text is no JSON, not UTF-8, or names a member twice.
    init?(_ text: [UInt8]) {
        guard String(validating: text, as: UTF8.self) != nil else { return nil }
        var reader = PlainJSONReader(rest: text[...])
        guard let value = reader.value(), reader.skipBlanks() == nil else { return nil }
        self = value
    }

    subscript(name: String) -> PlainJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == octets(name) }?.value
    }

    /// A claim by its configured name: an exact name, or a path.
    func claim(_ name: String) -> PlainJSON? {
        if let exact = self[name] { return exact }
        guard name.contains(".") else { return nil }
        return name.split(separator: ".").reduce(self) { $0?[String($1)] }
    }

    /// What can be compared with a word of the configuration: strings, integers, booleans.
    var word: [UInt8]? {
        switch self {
        case .string(let octets): octets
        case .number(let text): text.contains { ".eE".utf8.contains($0) } ? nil : text
        case .boolean(let isTrue): octets(isTrue ? "true" : "false")
        case .null, .array, .object: nil
        }
    }

    /// The words of an array, or the one word.
    var words: [[UInt8]] {
        guard case .array(let elements) = self else { return [word].compactMap { $0 } }
        return elements.compactMap(\.word)
    }

    var double: Double? {
        guard case .number(let text) = self else { return nil }
        return Double(String(decoding: text, as: UTF8.self))
    }

    /// Holds a number that a reader which converts numbers may refuse.
    var hasExtremeNumber: Bool {
        switch self {
        case .number(let text): text.count > 15 || text.contains { "eE".utf8.contains($0) }
        case .array(let elements): elements.contains(where: \.hasExtremeNumber)
        case .object(let members): members.contains(where: \.value.hasExtremeNumber)
        case .null, .boolean, .string: false
        }
    }
}

private struct PlainJSONReader {
    var rest: ArraySlice<UInt8>

    /// What comes next.
    mutating func skipBlanks() -> UInt8? {
        rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return rest.first
    }

    mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    mutating func value() -> PlainJSON? {
        switch skipBlanks() {
        case UInt8(ascii: "n"): take("null") ? .null : nil
        case UInt8(ascii: "t"): take("true") ? .boolean(true) : nil
        case UInt8(ascii: "f"): take("false") ? .boolean(false) : nil
        case UInt8(ascii: "\""): string().map { .string($0) }
        case UInt8(ascii: "["): array()
        case UInt8(ascii: "{"): object()
        default: number()
        }
    }

    private mutating func array() -> PlainJSON? {
        _ = take("[")
        if skipBlanks() == UInt8(ascii: "]"), take("]") { return .array([]) }
        var elements: [PlainJSON] = []
        repeat {
            guard let element = value() else { return nil }
            elements.append(element)
            _ = skipBlanks()
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    private mutating func object() -> PlainJSON? {
        _ = take("{")
        if skipBlanks() == UInt8(ascii: "}"), take("}") { return .object([]) }
        var members: [PlainJSON.Member] = []
        repeat {
            guard skipBlanks() == UInt8(ascii: "\""), let name = string() else { return nil }
            _ = skipBlanks()
            guard take(":"), let value = value(), !members.contains(where: { $0.name == name }) else { return nil }
            members.append(PlainJSON.Member(name: name, value: value))
            _ = skipBlanks()
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func number() -> PlainJSON? {
        let start = rest
        _ = take("-")
        let whole = digits()
        guard !whole.isEmpty, whole.count == 1 || whole.first != 0x30 else { return nil }
        if take("."), digits().isEmpty { return nil }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            if digits().isEmpty { return nil }
        }
        return .number(Array(start[..<rest.startIndex]))
    }

    private mutating func digits() -> ArraySlice<UInt8> {
        let digits = rest.prefix { $0.isDigit }
        rest = rest.dropFirst(digits.count)
        return digits
    }

    private mutating func string() -> [UInt8]? {
        _ = take("\"")
        var text: [UInt8] = []
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard let escaped = escape() else { return nil }
                text += escaped
            case 0..<0x20: return nil
            default: text.append(octet)
            }
        }
        return nil
    }

    private mutating func escape() -> [UInt8]? {
        let simple: [UInt8: UInt8] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
        ]
        guard let letter = rest.popFirst() else { return nil }
        guard letter == UInt8(ascii: "u") else { return simple[letter].map { [$0] } }
        guard let unit = codeUnit() else { return nil }
        var units = [unit]
        if UTF16.isLeadSurrogate(unit) {
            guard take("\\u"), let second = codeUnit() else { return nil }
            units.append(second)
        }
        return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
    }

    private mutating func codeUnit() -> UInt16? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ $0.hexValue != nil }) else { return nil }
        rest = rest.dropFirst(4)
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
