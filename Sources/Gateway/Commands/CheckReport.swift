internal import Routes

/// What `gateway check` found.
struct CheckReport {
    let file: String
    let isStrict: Bool
    let notes: [Note]
    var rules = 0
    var expectations = 0
    var failures: [ExpectationRunner.Failure] = []

    var isFine: Bool { !hasErrors && (!isStrict || notes.isEmpty) }
    var failsOfWarnings: Bool { !hasErrors && !isFine }

    private var hasErrors: Bool { !failures.isEmpty || notes.contains { $0.severity == .error } }

    /// The names of the members are stable.
    var json: JSONTree {
        .object([
            ("file", .string(file)), ("ok", .bool(isFine)), ("diagnostics", .array(notes.map(Self.diagnostic))),
            (
                "expectations",
                .object([("total", .number(expectations)), ("failed", .array(failures.map(Self.failure)))])
            ),
        ])
    }

    private static func diagnostic(_ note: Note) -> JSONTree {
        .object([
            ("severity", .string(note.severity.rawValue)), ("code", .string(note.code)),
            ("line", .optional(note.line)), ("column", .optional(note.column)), ("message", .string(note.message)),
            ("hint", .optional(note.hint)),
        ])
    }

    private static func failure(_ failure: ExpectationRunner.Failure) -> JSONTree {
        .object([
            ("line", .number(failure.expectation.line)), ("text", .string(failure.expectation.text)),
            ("outcome", .string(failure.outcome)),
        ])
    }
}
