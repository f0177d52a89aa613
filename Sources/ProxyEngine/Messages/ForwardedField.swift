/// The elements of `Forwarded` (RFC 7239 §4), of which only `for` and `proto` are read.
struct ForwardedField {
    struct Element {
        /// Positions of the values, without the quotes of those that have them.
        var node: Range<Int>?
        var proto: Range<Int>?
    }

    private(set) var elements: [Element] = []

    /// Reads one field's value behind what was read so far.
    ///
    /// - Returns: whether it follows the grammar.
    mutating func read(_ octets: Span<UInt8>, _ value: Range<Int>) -> Verdict {
        var position = value.lowerBound
        while true {
            Self.skipBlanks(octets, &position, value.upperBound)
            guard var element = Self.element(octets, &position, value.upperBound) else { return .malformed }
            if let node = element.node, node.isEmpty { element.node = nil }
            elements.append(element)
            Self.skipBlanks(octets, &position, value.upperBound)
            guard position < value.upperBound else { return .wellFormed }
            guard octets[position] == UInt8(ascii: ",") else { return .malformed }
            position += 1
        }
    }

    enum Verdict { case wellFormed, malformed }

    private static func skipBlanks(_ octets: Span<UInt8>, _ position: inout Int, _ end: Int) {
        while position < end, octets[position] == 0x20 || octets[position] == 0x09 { position += 1 }
    }

    /// Pairs with semicolons between them; each name once.
    private static func element(_ octets: Span<UInt8>, _ position: inout Int, _ end: Int) -> Element? {
        var element = Element()
        while position < end {
            if octets[position] == UInt8(ascii: ";") {
                position += 1
                continue
            }
            let name = token(octets, &position, end)
            guard !name.isEmpty else { return element }
            guard position < end, octets[position] == UInt8(ascii: "=") else { return nil }
            position += 1
            guard let value = value(octets, &position, end) else { return nil }
            if octets.equalsIgnoringCase(name, "for") {
                guard element.node == nil else { return nil }
                element.node = value
            } else if octets.equalsIgnoringCase(name, "proto") {
                guard element.proto == nil else { return nil }
                element.proto = value
            }
            guard position < end, octets[position] == UInt8(ascii: ";") else { return element }
        }
        return element
    }

    private static func value(_ octets: Span<UInt8>, _ position: inout Int, _ end: Int) -> Range<Int>? {
        guard position < end, octets[position] == UInt8(ascii: "\"") else {
            let value = token(octets, &position, end)
            return value.isEmpty ? nil : value
        }
        let start = position + 1
        position = start
        while position < end, octets[position] != UInt8(ascii: "\"") {
            position += octets[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < end else { return nil }
        position += 1
        return start..<position - 1
    }

    /// RFC 9110 §5.6.2.
    private static func token(_ octets: Span<UInt8>, _ position: inout Int, _ end: Int) -> Range<Int> {
        let start = position
        while position < end, isTokenOctet(octets[position]) { position += 1 }
        return start..<position
    }

    private static func isTokenOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
