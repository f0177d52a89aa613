internal import Routes

/// Something about a secret that the configuration names, shown where it names it.
struct SecretProblem {
    /// nil where no single source is to blame.
    private let source: SecretSource?
    /// The line of the file; nil: the first that names the source.
    private let line: Int?
    private let text: String
    /// A name of its own: then it is a warning.
    private let code: String?
    /// It is not there, as opposed to: it is there and no good.
    let isMissing: Bool

    init(_ source: SecretSource?, line: Int?, text: String, isMissing: Bool, code: String? = nil) {
        self.source = source
        self.line = line
        self.text = text
        self.code = code
        self.isMissing = isMissing
    }

    /// `FILE:LINE:COL: error: …`, the line and a caret under the word, like every other message about the file.
    func note(_ file: String, _ content: [UInt8], _ strictness: PolicyLoader.Strictness) -> Note {
        let severity: Diagnostic.Severity =
            self.code != nil || isMissing && strictness == .secretsMayBeMissing ? .warning : .error
        let code = self.code ?? (isMissing ? "secret_missing" : "secret_unusable")
        let message = "\(severity.rawValue): \(text)"
        let lines = String(decoding: content, as: UTF8.self)
            .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        guard let place = place(in: lines)
        else { return Note(severity, code: code, message: text, rendered: "\(file): \(message)") }
        let marks = lines[place.line - 1].prefix(place.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
        let caret = "^" + String(repeating: "~", count: max(place.width - 1, 0))
        let start = "\(file):\(place.line):\(place.column): \(message)"
        return Note(
            severity, code: code, line: place.line, column: place.column, message: text,
            rendered: "\(start)\n    \(lines[place.line - 1])\n    \(marks)\(caret)")
    }

    private func place(in lines: [Substring]) -> (line: Int, column: Int, width: Int)? {
        guard let word = written else { return nil }
        for (index, text) in lines.enumerated() where line == nil || line == index + 1 {
            guard let range = Self.position(of: word, in: text) else { continue }
            return (index + 1, text.distance(from: text.startIndex, to: range) + 1, word.count)
        }
        return nil
    }

    private var written: String? {
        switch source {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case nil: nil
        }
    }

    private static func position(of word: String, in text: Substring) -> Substring.Index? {
        var rest = text
        while !rest.isEmpty {
            if rest.hasPrefix(word) { return rest.startIndex }
            rest = rest.dropFirst()
        }
        return nil
    }
}
