/// The block `identity { header NAME CLAIM … }`.
struct IdentityStatement {
    private let reporter: Reporter
    private let tokens: TokenSettings?
    private var headers: [IdentityHeader] = []
    /// Where each name stands, folded as the gateway folds names when it strips them.
    private var lines: [[UInt8]: Int] = [:]

    /// - Parameter tokens: they name the claims that `subject`, `role`, `scope` and `email` are read from.
    static func parse(_ statement: Statement, tokens: TokenSettings?, _ reporter: Reporter) -> IdentitySettings {
        var arguments = Arguments(statement, reporter)
        arguments.finish(masking: true)
        var parser = IdentityStatement(reporter: reporter, tokens: tokens)
        guard let block = statement.block else {
            reporter.error(statement.end, "expected \"{\": \"identity\" is a block")
            return .standard
        }
        for setting in block { parser.take(setting) }
        return IdentitySettings(headers: parser.headers)
    }

    private init(reporter: Reporter, tokens: TokenSettings?) {
        (self.reporter, self.tokens) = (reporter, tokens)
    }

    private mutating func take(_ statement: Statement) {
        guard statement.keyword.text == "header" else {
            statement.arguments.forEach { reporter.mask($0.place) }
            reporter.error(
                statement.keyword.place, "unknown setting of \"identity\"; expected: header NAME CLAIM",
                hint: Suggestion.hint(for: statement.keyword.text, among: ["header"]))
            return
        }
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let name = arguments.next("the name of a header, such as X-User-Id"),
            let value = arguments.next("a claim, such as sub, or env:NAME for a fixed secret")
        else { return }
        arguments.finish(masking: true)
        guard isFree(name, statement.line), let value = self.value(value, of: name) else { return }
        headers.append(IdentityHeader(name: name.text, value: value))
    }

    private mutating func isFree(_ name: Word, _ line: Int) -> Bool {
        guard Self.isFieldName(name.bytes) else {
            reporter.error(name.place, "expected the name of a header: letters, digits and hyphens")
            return false
        }
        let folded = name.bytes.map(SegmentTable.folded).filter { $0 != UInt8(ascii: "-") }
        if Self.framing.contains(String(decoding: folded, as: UTF8.self)) {
            reporter.error(name.place, "\"\(name.text)\" belongs to HTTP itself and can't carry an identity")
            return false
        }
        if let earlier = lines[folded] {
            reporter.error(name.place, "line \(earlier) sets this header already")
            return false
        }
        lines[folded] = line
        return true
    }

    /// Fields that frame a message, route it or carry credentials. Setting one would change how the message is read.
    private static let framing: Set<String> = [
        "authorization", "connection", "contentlength", "host", "keepalive", "proxyauthorization", "proxyconnection",
        "te", "trailer", "transferencoding", "upgrade",
    ]

    private func value(_ word: Word, of name: Word) -> IdentityHeader.Value? {
        let isSecret = ["secret", "password"].contains { name.text.lowercased().contains($0) }
        if isSecret || word.dropping(prefix: "env:") != nil || word.dropping(prefix: "file:") != nil {
            return Secrets.source(word, reporter).map { .secret($0) }
        }
        guard !word.bytes.isEmpty else {
            reporter.error(word.place, "expected a claim, such as sub, or env:NAME for a fixed secret")
            return nil
        }
        // The names of the claims as `tokens` gives them, so that a value is the one that rules see.
        let tokens = self.tokens ?? TokenSettings(keys: [])
        switch word.bytes {
        case tokens.subjectClaim: return .subject
        case tokens.roleClaim: return .role
        case tokens.emailClaim: return .email
        case tokens.scopeClaim: return .scope
        default: return .claim(word.bytes)
        }
    }

    /// Stricter than a token (RFC 9110 §5.6.2): what CGI and WSGI can't fold into another name.
    private static func isFieldName(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, ASCII.isLetter(first) else { return false }
        return bytes.allSatisfy { byte in
            byte == UInt8(ascii: "-") || ASCII.isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
    }
}
