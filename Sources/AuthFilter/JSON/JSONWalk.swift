/// Goes through the elements of an array, or the members of an object, of a text that ``JSONReader`` has accepted.
///
/// It keeps no index of the text, so that a verified token is one array and a few numbers; looking a claim up again
/// costs one pass over a few hundred bytes, and only on routes that name one.
struct JSONWalk {
    private var position: Int
    private let end: Int

    /// Nil when the value is neither array nor object.
    init?(_ container: JSONValue) {
        guard container.kind == .array || container.kind == .object else { return nil }
        position = container.range.lowerBound + 1
        end = container.range.upperBound - 1
    }

    /// The next element of an array.
    mutating func nextElement(in text: Span<UInt8>) -> JSONValue? {
        skipFiller(text)
        return nextValue(text)
    }

    /// The next member of an object.
    mutating func nextMember(in text: Span<UInt8>) -> (name: JSONValue, value: JSONValue)? {
        skipFiller(text)
        guard let name = nextValue(text) else { return nil }
        skipFiller(text)
        guard let value = nextValue(text) else { return nil }
        return (name, value)
    }

    /// Skips blanks, `,` and `:`: the text is known to be well formed, so they separate and say nothing more.
    private mutating func skipFiller(_ text: Span<UInt8>) {
        while position < end {
            switch text[position] {
            case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"): position += 1
            default: return
            }
        }
    }

    private mutating func nextValue(_ text: Span<UInt8>) -> JSONValue? {
        guard position < end else { return nil }
        let start = position
        switch text[start] {
        case UInt8(ascii: "\""):
            let kind = skipString(text)
            return JSONValue(kind, from: start + 1, to: position - 1)
        case UInt8(ascii: "{"): return skipContainer(.object, text)
        case UInt8(ascii: "["): return skipContainer(.array, text)
        case UInt8(ascii: "t"): return skipWord(.true, text)
        case UInt8(ascii: "f"): return skipWord(.false, text)
        case UInt8(ascii: "n"): return skipWord(.null, text)
        default: return skipNumber(text)
        }
    }

    /// Moves behind the string that starts here.
    private mutating func skipString(_ text: Span<UInt8>) -> JSONValue.Kind {
        var kind = JSONValue.Kind.string
        position += 1
        while text[position] != UInt8(ascii: "\"") {
            if text[position] == UInt8(ascii: "\\") {
                kind = .escapedString
                position += 1
            }
            position += 1
        }
        position += 1
        return kind
    }

    private mutating func skipContainer(_ kind: JSONValue.Kind, _ text: Span<UInt8>) -> JSONValue? {
        let start = position
        var depth = 0
        repeat {
            switch text[position] {
            case UInt8(ascii: "\""):
                _ = skipString(text)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            position += 1
        } while depth > 0
        return JSONValue(kind, from: start, to: position)
    }

    private mutating func skipNumber(_ text: Span<UInt8>) -> JSONValue? {
        let start = position
        skipToDelimiter(text)
        var kind = JSONValue.Kind.integer
        for index in start..<position {
            switch text[index] {
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): kind = .decimal
            default: break
            }
        }
        return JSONValue(kind, from: start, to: position)
    }

    private mutating func skipWord(_ kind: JSONValue.Kind, _ text: Span<UInt8>) -> JSONValue? {
        let start = position
        skipToDelimiter(text)
        return JSONValue(kind, from: start, to: position)
    }

    private mutating func skipToDelimiter(_ text: Span<UInt8>) {
        while position < end {
            switch text[position] {
            case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","): return
            default: position += 1
            }
        }
    }
}
