internal import Routes

/// Something to say about a configuration and what it refers to: a diagnostic of the file, or a problem of a secret.
struct Note {
    let severity: Diagnostic.Severity
    /// A stable name of what it is about.
    let code: String
    /// nil: it concerns the file as a whole.
    let line: Int?
    let column: Int?
    let message: String
    let hint: String?
    /// For people: place, line and caret included.
    let rendered: String

    init(
        _ severity: Diagnostic.Severity, code: String, line: Int? = nil, column: Int? = nil, message: String,
        rendered: String
    ) {
        self.severity = severity
        self.code = code
        self.line = line
        self.column = column
        self.message = message
        self.rendered = rendered
        hint = nil
    }

    init(_ diagnostic: Diagnostic) {
        severity = diagnostic.severity
        code = diagnostic.code
        line = diagnostic.line
        column = diagnostic.column
        message = diagnostic.message
        hint = diagnostic.hint
        rendered = diagnostic.rendered()
    }
}
