/// Reads one JSON text (RFC 8259) strictly and remembers where the members of its outermost object are.
///
/// Stricter than the RFC where two readers could disagree about what a text says, because the reader behind the
/// gateway may be another one: UTF-8 only, no byte order mark, no duplicate names at any depth (compared after
/// decoding), no half surrogate pairs, bounded depth. Foundation's readers keep the first or the last duplicate,
/// accept UTF-16 and compare names by Unicode equivalence.
///
///     JSON-text       = ws value ws                                             ; RFC 8259 §2
///     ws              = *( %x20 / %x09 / %x0A / %x0D )
///     value           = false / null / true / object / array / number / string  ; §3
///     object          = begin-object [ member *( value-separator member ) ] end-object  ; §4
///     member          = string name-separator value
///     array           = begin-array [ value *( value-separator value ) ] end-array      ; §5
///
/// Strings and numbers are in files of their own.
package struct JSONReader {
    /// The members of the outermost object once `read` has returned one. While reading, a stack: the members of every
    /// object that is still open, so that its names can be compared. Kept between texts for its capacity.
    private(set) var members: [JSONMember] = []

    package init() {}

    package mutating func read(_ text: Span<UInt8>) throws(JSONFault) -> JSONValue {
        guard text.count <= JSONLimits.text else { throw .tooLarge }
        members.removeAll(keepingCapacity: true)
        var position = 0
        Self.skipBlanks(text, &position)
        let value = try readValue(text, &position, depth: 0)
        Self.skipBlanks(text, &position)
        guard position == text.count else { throw .trailingBytes(at: position) }
        return value
    }

    private mutating func readValue(
        _ text: Span<UInt8>, _ position: inout Int, depth: Int
    ) throws(JSONFault) -> JSONValue {
        guard position < text.count else { throw .endsEarly }
        switch text[position] {
        case UInt8(ascii: "\""): return try Self.readString(text, &position)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try Self.readNumber(text, &position)
        case UInt8(ascii: "{"): return try readObject(text, &position, depth: depth + 1)
        case UInt8(ascii: "["): return try readArray(text, &position, depth: depth + 1)
        case UInt8(ascii: "t"): return try Self.readLiteral(.true, Self.trueBytes, text, &position)
        case UInt8(ascii: "f"): return try Self.readLiteral(.false, Self.falseBytes, text, &position)
        case UInt8(ascii: "n"): return try Self.readLiteral(.null, Self.nullBytes, text, &position)
        default: throw .unexpectedByte(at: position)
        }
    }

    private mutating func readObject(
        _ text: Span<UInt8>, _ position: inout Int, depth: Int
    ) throws(JSONFault) -> JSONValue {
        guard depth <= JSONLimits.depth else { throw .tooDeep(at: position) }
        let start = position
        let firstMember = members.count
        position += 1
        Self.skipBlanks(text, &position)
        if position < text.count, text[position] == UInt8(ascii: "}") {
            position += 1
            return try Self.value(.object, from: start, to: position)
        }
        repeat {
            Self.skipBlanks(text, &position)
            try readMember(text, &position, siblingsFrom: firstMember, depth: depth)
            Self.skipBlanks(text, &position)
        } while try Self.readSeparator(text, &position, closing: UInt8(ascii: "}")) == .another
        // The names of a nested object have done their service; those of the outermost one are the result.
        if depth > 1 { members.removeLast(members.count - firstMember) }
        return try Self.value(.object, from: start, to: position)
    }

    private mutating func readMember(
        _ text: Span<UInt8>, _ position: inout Int, siblingsFrom first: Int, depth: Int
    ) throws(JSONFault) {
        let start = position
        guard start < text.count else { throw .endsEarly }
        guard text[start] == UInt8(ascii: "\"") else { throw .unexpectedByte(at: start) }
        let name = try Self.readString(text, &position)
        let fingerprint = JSONStringBytes.fingerprint(of: name, in: text)
        for index in first..<members.count
        where members[index].fingerprint == fingerprint
            && (fingerprint.isWholeName || JSONStringBytes.equal(members[index].name, name, in: text))
        {
            throw .duplicateName(at: start)
        }
        guard members.count < JSONLimits.members else { throw .tooManyMembers(at: start) }
        Self.skipBlanks(text, &position)
        guard position < text.count else { throw .endsEarly }
        guard text[position] == UInt8(ascii: ":") else { throw .unexpectedByte(at: position) }
        position += 1
        Self.skipBlanks(text, &position)
        // The name goes on the stack before its value is read, to keep each object's members in one run; the value
        // of a member is known only afterwards.
        let slot = members.count
        members.append(JSONMember(name: name, value: name, fingerprint: fingerprint))
        let value = try readValue(text, &position, depth: depth)
        members[slot] = JSONMember(name: name, value: value, fingerprint: fingerprint)
    }

    private mutating func readArray(
        _ text: Span<UInt8>, _ position: inout Int, depth: Int
    ) throws(JSONFault) -> JSONValue {
        guard depth <= JSONLimits.depth else { throw .tooDeep(at: position) }
        let start = position
        position += 1
        Self.skipBlanks(text, &position)
        if position < text.count, text[position] == UInt8(ascii: "]") {
            position += 1
            return try Self.value(.array, from: start, to: position)
        }
        repeat {
            Self.skipBlanks(text, &position)
            _ = try readValue(text, &position, depth: depth)
            Self.skipBlanks(text, &position)
        } while try Self.readSeparator(text, &position, closing: UInt8(ascii: "]")) == .another
        return try Self.value(.array, from: start, to: position)
    }
}

// MARK: - Tokens of the grammar

extension JSONReader {
    private enum Separator { case another, end }

    private static func readSeparator(
        _ text: Span<UInt8>, _ position: inout Int, closing: UInt8
    ) throws(JSONFault) -> Separator {
        guard position < text.count else { throw .endsEarly }
        let byte = text[position]
        guard byte == closing || byte == UInt8(ascii: ",") else { throw .unexpectedByte(at: position) }
        position += 1
        return byte == closing ? .end : .another
    }

    private static let trueBytes = Array("true".utf8)
    private static let falseBytes = Array("false".utf8)
    private static let nullBytes = Array("null".utf8)

    private static func readLiteral(
        _ kind: JSONValue.Kind, _ literal: [UInt8], _ text: Span<UInt8>, _ position: inout Int
    ) throws(JSONFault) -> JSONValue {
        let start = position
        for byte in literal {
            guard position < text.count else { throw .endsEarly }
            guard text[position] == byte else { throw .unexpectedByte(at: position) }
            position += 1
        }
        return try value(kind, from: start, to: position)
    }

    static func skipBlanks(_ text: Span<UInt8>, _ position: inout Int) {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    static func value(_ kind: JSONValue.Kind, from start: Int, to end: Int) throws(JSONFault) -> JSONValue {
        guard let value = JSONValue(kind, from: start, to: end) else { throw .tooLarge }
        return value
    }
}
