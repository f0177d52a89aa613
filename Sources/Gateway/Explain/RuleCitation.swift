internal import Routes

/// A rule as it is written, and where.
struct RuleCitation {
    let file: String
    let line: Int
    let text: String

    /// `routes.conf:21: DELETE /api/users/{id} role=admin -> app`
    var rendered: String { "\(file):\(line): \(text)" }
}

/// Cites rules from the text of their file.
struct RuleCiter {
    private let configuration: Configuration
    private let lines: [Substring]

    /// The file is read once more: the configuration keeps the meaning of its lines, not their words. Where that fails,
    /// or the file has changed meanwhile, rules are cited by what they mean.
    init(_ configuration: Configuration) {
        self.configuration = configuration
        let content: [UInt8]
        do throws(FileAccess.Failure) { content = try FileAccess.read(configuration.file) } catch { content = [] }
        lines = String(decoding: content, as: UTF8.self).split(omittingEmptySubsequences: false) {
            $0 == "\n" || $0 == "\r\n"
        }
    }

    func cite(_ id: RouteID) -> RuleCitation {
        let rule = configuration.rules[id.index]
        let start = "\(rule.methods.text) \(rule.pattern) "
        let written = statement(at: rule.line)
        return RuleCitation(
            file: configuration.file, line: rule.line,
            text: written.hasPrefix(start) ? PlainText.plain(written.utf8) : start + Self.summary(rule.access))
    }

    /// The statement that begins at a line, its words one blank apart, without its comment.
    private func statement(at line: Int) -> String {
        var words: [Substring] = []
        for text in lines.dropFirst(line - 1) {
            var isContinued = false
            for word in Self.words(of: text) {
                if word.hasPrefix("#") { break }
                isContinued = word.hasSuffix("\\")
                let content = isContinued ? word.dropLast() : word
                if !content.isEmpty { words.append(content) }
            }
            guard isContinued else { break }
        }
        return words.joined(separator: " ")
    }

    /// Separated by blanks outside quotes.
    private static func words(of line: Substring) -> [Substring] {
        var isQuoted = false
        var isEscaped = false
        return line.split { character in
            defer { isEscaped = isQuoted && character == "\\" && !isEscaped }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            return !isQuoted && (character == " " || character == "\t")
        }
    }

    private static func summary(_ access: Access) -> String {
        switch access {
        case .public: "public"
        case .optional: "optional"
        case .authenticated: "authenticated"
        case .deny: "deny"
        case .conditions(let conditions): conditions.map(\.text).joined(separator: " ")
        }
    }
}

extension Condition {
    /// As in the file: `role=admin|manager`.
    var text: String { name + "=" + values.map(Self.word).joined(separator: "|") }

    private var name: String {
        switch subject {
        case .role: "role"
        case .scope: "scope"
        case .subject: "sub"
        case .claim(let name): "claim." + PlainText.plain(name)
        }
    }

    /// Quoted where it would not be one word, or several values, without.
    private static func word(_ value: [UInt8]) -> String {
        let needsQuotes = value.contains { $0 <= 0x20 || "\"\\|#".utf8.contains($0) }
        return needsQuotes ? PlainText.quoted(value) : PlainText.plain(value)
    }
}
