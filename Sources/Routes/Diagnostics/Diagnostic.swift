/// An error or a warning at one place of a file.
package struct Diagnostic: Sendable, Equatable {
    package enum Severity: String, Sendable {
        case error, warning
    }

    package let severity: Severity
    let kind: DiagnosticKind
    package let file: String
    /// 1-based.
    package let line: Int
    /// 1-based, in characters.
    package let column: Int
    /// What is wrong, and what was expected.
    package let message: String
    /// What to write instead, where it is known.
    package let hint: String?
    /// The line it stands in, with secrets masked; nil where there is no such line.
    package let sourceLine: String?
    /// How many characters the caret underlines, at least one.
    package let width: Int

    /// A stable name of what it is about, such as `unused_upstream`; most errors are `syntax`.
    package var code: String { kind.rawValue }

    /// `FILE:LINE:COL: error: …`, the line, a caret under the word, what to write instead. No newline at the end.
    package func rendered() -> String {
        var text = "\(file):\(line):\(column): \(severity.rawValue): \(message)"
        if let sourceLine {
            text += "\n    \(sourceLine)\n    \(caret(under: sourceLine))"
        }
        if let hint { text += "\n    \(hint)" }
        return text
    }

    /// Tabs of the line stay tabs, so that the caret stands right however wide they are shown.
    private func caret(under sourceLine: String) -> String {
        let indent = sourceLine.prefix(column - 1).map { $0 == "\t" ? "\t" : " " as Character }
        let missing = max(0, column - 1 - indent.count)
        return String(indent) + String(repeating: " ", count: missing) + "^" + String(repeating: "~", count: width - 1)
    }
}
