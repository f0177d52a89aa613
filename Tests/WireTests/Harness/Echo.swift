/// What the echoing upstream received, read back from its answer.
struct Echo {
    let requestLine: String
    let fields: [Field]
    let body: String
    let connection: Int
    let trailers: [String]

    func all(_ name: String) -> [String] { fields.all(name) }

    /// The names that an upstream which folds names (CGI, WSGI, PHP) would take for `name`.
    func folded(_ name: String) -> [Field] {
        func fold(_ name: String) -> String { name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) } }
        return fields.filter { fold($0.name) == fold(name) }
    }
}

extension Response {
    func echo() throws -> Echo {
        guard status == 200, field("x-upstream") == "echo" else {
            throw HarnessFailure("no echo but \(status) \(fields): \(text)")
        }
        let end = body.bytes.indices.first { body.bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }
        guard let end else { throw HarnessFailure("no head in the echo: \(text)") }
        let lines = String(decoding: body.bytes[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
        return Echo(
            requestLine: lines[0], fields: try lines.dropFirst().map(Field.init(line:)),
            body: String(decoding: body.bytes[(end + 4)...], as: UTF8.self),
            connection: field("x-connection").flatMap { Int($0) } ?? 0, trailers: fields.all("x-saw-trailer"))
    }
}
