/// A field line as it came.
struct Field: Sendable, Equatable {
    let name: String
    let value: String

    /// RFC 9112, section 5: field-name ":" OWS field-value OWS, no blank before the colon, no folded lines.
    init(line: String) throws {
        guard let colon = line.firstIndex(of: ":"), line.startIndex < colon,
            line[..<colon].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw WireFault.malformed("field line \(line)") }
        name = String(line[..<colon])
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        self.value = String(value.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension [Field] {
    /// All values of a name, in any case, in order.
    func all(_ name: String) -> [String] {
        filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// The value, several joined as RFC 9110 allows; nil when there is none.
    func first(_ name: String) -> String? {
        let values = all(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    static func read(from reader: WireReader, until deadline: Deadline) throws -> [Field] {
        var fields: [Field] = []
        while true {
            let line = try reader.line(until: deadline)
            if line.isEmpty { return fields }
            fields.append(try Field(line: line))
        }
    }
}

/// How the end of a body is known.
enum BodyFraming: Equatable {
    case none
    case length(Int)
    case chunked
    case untilClose

    /// Of what the fields say, strictly: both or several are malformed, and so is an unknown coding.
    init(fields: [Field], otherwise: BodyFraming) throws {
        let lengths = fields.all("content-length")
        let codings = fields.all("transfer-encoding")
        switch (lengths.count, codings.count) {
        case (0, 0): self = otherwise
        case (1, 0):
            guard let length = Int(lengths[0]), lengths[0].utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
                throw WireFault.malformed("Content-Length: \(lengths[0])")
            }
            self = .length(length)
        case (0, 1) where codings[0].lowercased() == "chunked": self = .chunked
        default: throw WireFault.malformed("framing \(lengths) \(codings)")
        }
    }
}

/// A body, and the trailers behind it.
struct Body: Sendable {
    var bytes: [UInt8] = []
    var trailers: [Field] = []
    var isComplete = true

    /// A body that the other side did not finish is there as far as it came, with `isComplete` false.
    static func read(_ framing: BodyFraming, from reader: WireReader, until deadline: Deadline) throws -> Body {
        var body = Body()
        do {
            switch framing {
            case .none: break
            case .length(let length):
                while body.bytes.count < length {
                    body.bytes += try reader.some(atMost: length - body.bytes.count, until: deadline)
                }
            case .untilClose: body.bytes = try reader.rest(until: deadline)
            case .chunked: try body.readChunks(from: reader, until: deadline)
            }
        } catch let fault as WireFault where fault == .closed || fault == .reset {
            body.isComplete = false
        }
        return body
    }

    private mutating func readChunks(from reader: WireReader, until deadline: Deadline) throws {
        while true {
            let line = try reader.line(until: deadline)
            guard let size = Int(line, radix: 16), line.utf8.count <= 8 else {
                throw WireFault.malformed("chunk size \(line)")
            }
            if size == 0 { break }
            var left = size
            while left > 0 {
                let piece = try reader.some(atMost: left, until: deadline)
                bytes += piece
                left -= piece.count
            }
            guard try reader.line(until: deadline).isEmpty else { throw WireFault.malformed("no CRLF behind a chunk") }
        }
        trailers = try [Field].read(from: reader, until: deadline)
    }
}
