import ProxyEngine

/// A message head taken apart in the plainest way: what the engine accepted is checked against this.
struct NaiveMessage {
    var startLine: String
    /// Names in lower case.
    var fields: [(name: String, value: String)] = []

    /// Nil, and why, where the octets are no head as RFC 9112 has it.
    static func read(_ head: [UInt8]) -> Result<NaiveMessage, Objection> {
        guard head.suffix(4) == [13, 10, 13, 10] else { return .failure(Objection("no empty line at its end")) }
        let lines = text(head.dropLast(4)).split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        for line in lines {
            if line.isEmpty { return .failure(Objection("an empty line in its middle")) }
            if !octets(line).allSatisfy(isFieldContent) { return .failure(Objection("a control octet in it")) }
        }
        var message = NaiveMessage(startLine: lines[0])
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return .failure(Objection("a line without a colon")) }
            let name = String(line[..<colon])
            guard !name.isEmpty, octets(name).allSatisfy(isTokenCharacter) else {
                return .failure(Objection("the name \(name)"))
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            let blanks = value.reversed().prefix { $0 == " " || $0 == "\t" }.count
            message.fields.append((name.lowercased(), String(value.dropLast(blanks))))
        }
        return .success(message)
    }

    struct Objection: Error, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// What the framing fields say, or nil where they are not exactly one, in its plainest form.
    var framing: BodyFraming? {
        let (lengths, codings) = (values("content-length"), values("transfer-encoding"))
        let doubtful = fields.contains {
            ["contentlength", "transferencoding"].contains(folded($0.name))
                && !["content-length", "transfer-encoding"].contains($0.name)
        }
        guard !doubtful, lengths.count + codings.count <= 1 else { return nil }
        if let coding = codings.first { return coding.lowercased() == "chunked" ? .chunked : nil }
        guard let length = lengths.first else { return BodyFraming.none }
        guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(length) else {
            return nil
        }
        return count == 0 ? BodyFraming.none : .length(count)
    }
}
