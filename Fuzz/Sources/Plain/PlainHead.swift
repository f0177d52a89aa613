/// A message head taken apart in the plainest way, from the RFC and not from the engine: what the engine accepts must be
/// one of these.
///
///     head       = start-line CRLF *( field-line CRLF ) CRLF                   ; RFC 9112 §2.1
///     field-line = token ":" OWS *( HTAB / SP / VCHAR / obs-text ) OWS         ; §5
struct PlainHead {
    struct Field: Equatable, CustomStringConvertible {
        var name: [UInt8]
        var value: [UInt8]

        init(_ name: [UInt8], _ value: [UInt8]) { (self.name, self.value) = (name, value) }
        init(_ name: String, _ value: String) { self.init(octets(name), octets(value)) }

        var lowercasedName: String { String(decoding: name.map(\.lowercased), as: UTF8.self) }
        /// Letters and digits only, as CGI, WSGI and PHP tell names apart.
        var foldedName: String {
            String(decoding: name.filter { $0.isLetter || $0.isDigit }.map(\.lowercased), as: UTF8.self)
        }
        var description: String { "\(shown(name)): \(shown(value))" }
    }

    var startLine: [UInt8]
    var fields: [Field] = []

    init(_ head: some Collection<UInt8>) throws(Objection) {
        let head = Array(head)
        guard head.suffix(4) == [13, 10, 13, 10] else { throw Objection("a head without an empty line at its end") }
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in 0..<head.count - 2 where head[index] == 13 && head[index + 1] == 10 {
            lines.append(head[start..<index])
            start = index + 2
        }
        for line in lines {
            try require(!line.isEmpty, "an empty line in the middle of a head")
            try require(line.allSatisfy(Self.isContent), "a control octet in the line \(shown(line))")
        }
        startLine = Array(lines[0])
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: 0x3A) else { throw Objection("no colon in \(shown(line))") }
            let name = line[..<colon]
            try require(!name.isEmpty && name.allSatisfy(Self.isToken), "the field name \(shown(name))")
            fields.append(Field(Array(name), Self.trimmed(line[(colon + 1)...])))
        }
    }

    func values(_ name: String) -> [[UInt8]] { fields.filter { $0.lowercasedName == name }.map(\.value) }

    /// Where the body ends, by fields that say it once, in one way; nil where they don't. -1: chunked.
    var bodyLength: Int? {
        let framing = fields.filter { ["contentlength", "transferencoding"].contains($0.foldedName) }
        guard let field = framing.first else { return 0 }
        guard framing.count == 1 else { return nil }
        switch field.lowercasedName {
        case "transfer-encoding": return field.value.map(\.lowercased) == octets("chunked") ? -1 : nil
        case "content-length":
            guard !field.value.isEmpty, field.value.allSatisfy(\.isDigit) else { return nil }
            return Int(String(decoding: field.value, as: UTF8.self))
        default: return nil
        }
    }

    /// The elements of all fields of this name.
    func list(_ name: String) -> [[UInt8]] {
        values(name).flatMap { value in
            value.split(separator: 0x2C).map { Self.trimmed($0).map(\.lowercased) }.filter { !$0.isEmpty }
        }
    }

    static func isContent(_ octet: UInt8) -> Bool { octet == 9 || (octet >= 0x20 && octet != 0x7F) }

    static func isToken(_ octet: UInt8) -> Bool {
        octet.isLetter || octet.isDigit || "!#$%&'*+-.^_`|~".utf8.contains(octet)
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> [UInt8] {
        let isBlank = { (octet: UInt8) in octet == 0x20 || octet == 9 }
        return Array(value.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
