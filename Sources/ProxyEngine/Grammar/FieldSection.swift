/// The fields of one message head as slices of its bytes (RFC 9112 §5).
///
///     field-line   = field-name ":" OWS field-value OWS
///     field-name   = token
///     field-value  = *( field-vchar / SP / HTAB )
///
/// Strict on purpose: a bare LF or CR, a fold, a blank before the colon or a control octet is refused, because another
/// implementation behind us might read any of them as something else.
struct FieldSection {
    struct Field {
        /// The line is `start..<end`, with its CRLF; the rest are its parts.
        var start: UInt32
        var nameEnd: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
        var end: UInt32
        var kind: FieldKind

        var name: Range<Int> { Int(start)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
        var line: Range<Int> { Int(start)..<Int(end) }
    }

    enum Outcome {
        /// The section is whole; it ends behind its empty line at this offset.
        case complete(end: Int)
        case incomplete
        case malformed(FieldFault)
        case tooMany
    }

    private(set) var fields: [Field] = []
    /// The offset of the first field line.
    private(set) var start = 0

    mutating func clear() { fields.removeAll(keepingCapacity: true) }

    /// Reads field lines from `start` up to and with the empty line.
    mutating func read(
        _ octets: Span<UInt8>, from start: Int, catalogue: borrowing FieldCatalogue, maxFields: Int
    ) -> Outcome {
        clear()
        self.start = start
        var position = start
        while position < octets.count {
            if octets[position] == Octet.carriageReturn {
                guard position + 1 < octets.count else { return .incomplete }
                return octets[position + 1] == Octet.lineFeed
                    ? .complete(end: position + 2) : .malformed(.bareCarriageReturn)
            }
            guard fields.count < maxFields else { return .tooMany }
            switch Self.readLine(octets, from: position, catalogue: catalogue) {
            case .field(let field):
                fields.append(field)
                position = Int(field.end)
            case .incomplete: return .incomplete
            case .malformed(let fault): return .malformed(fault)
            }
        }
        return .incomplete
    }

    private enum Line {
        case field(Field)
        case incomplete
        case malformed(FieldFault)
    }

    @inline(__always)
    private static func readLine(
        _ octets: Span<UInt8>, from start: Int, catalogue: borrowing FieldCatalogue
    ) -> Line {
        let count = octets.count
        var position = start
        var hash = FieldNameHash()
        while position < count {
            let folded = FieldNameOctets.folded[Int(octets[position])]
            guard folded != FieldNameOctets.none else { break }
            if folded != 0 { hash.absorb(folded) }
            position += 1
        }
        guard position < count else { return .incomplete }
        guard octets[position] == Octet.colon else {
            return .malformed(FieldFault(afterName: octets[position], atLineStart: position == start))
        }
        guard position > start else { return .malformed(.emptyName) }
        let nameEnd = position
        position += 1
        while position < count, Octet.isBlank(octets[position]) { position += 1 }
        let valueStart = position
        position = octets.endOfFieldContent(from: position)
        guard position + 1 < count else {
            return position < count && octets[position] != Octet.carriageReturn
                ? .malformed(FieldFault(inValue: octets[position])) : .incomplete
        }
        guard octets[position] == Octet.carriageReturn else {
            return .malformed(FieldFault(inValue: octets[position]))
        }
        guard octets[position + 1] == Octet.lineFeed else { return .malformed(.bareCarriageReturn) }
        var valueEnd = position
        while valueEnd > valueStart, Octet.isBlank(octets[valueEnd - 1]) { valueEnd -= 1 }
        return .field(
            Field(
                start: UInt32(truncatingIfNeeded: start), nameEnd: UInt32(truncatingIfNeeded: nameEnd),
                valueStart: UInt32(truncatingIfNeeded: valueStart), valueEnd: UInt32(truncatingIfNeeded: valueEnd),
                end: UInt32(truncatingIfNeeded: position + 2),
                kind: catalogue.kind(of: octets, start, nameEnd, hash: hash)))
    }
}

/// Why a field section is no field section.
package enum FieldFault: Sendable, Equatable {
    case emptyName, illegalNameOctet, blankBeforeColon, folded
    case bareCarriageReturn, bareLineFeed, illegalValueOctet

    init(afterName octet: UInt8, atLineStart: Bool) {
        switch octet {
        case Octet.space, Octet.tab: self = atLineStart ? .folded : .blankBeforeColon
        case Octet.lineFeed: self = .bareLineFeed
        default: self = .illegalNameOctet
        }
    }

    init(inValue octet: UInt8) {
        self = octet == Octet.lineFeed ? .bareLineFeed : .illegalValueOctet
    }

    package var explanation: StaticString {
        switch self {
        case .emptyName: "a header field has no name"
        case .illegalNameOctet: "a header field's name holds a character that no name may have"
        case .blankBeforeColon: "there is white space between a header field's name and its colon"
        case .folded: "a header field is folded over several lines"
        case .bareCarriageReturn: "there is a CR without LF"
        case .bareLineFeed: "there is an LF without CR"
        case .illegalValueOctet: "a header field's value holds a control character"
        }
    }
}
