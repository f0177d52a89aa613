/// Collects what there is to say about one file. Belongs to one run of the parser.
final class Reporter {
    private struct Entry {
        let severity: Diagnostic.Severity
        let kind: DiagnosticKind
        let place: Place
        let message: String
        let hint: String?
    }

    private let file: String
    private let source: SourceText
    private var entries: [Entry] = []
    private var warnings: [Place: Set<String>] = [:]
    private var masks: [Int: [Place]] = [:]

    init(file: String, source: SourceText) {
        self.file = file
        self.source = source
    }

    var hasErrors: Bool { entries.contains { $0.severity == .error } }

    func error(_ place: Place, _ message: String, hint: String? = nil, kind: DiagnosticKind = .syntax) {
        entries.append(Entry(severity: .error, kind: kind, place: place, message: message, hint: hint))
    }

    /// Once, even where it concerns several hosts.
    func warning(_ place: Place, _ message: String, hint: String? = nil, kind: DiagnosticKind) {
        guard warnings[place, default: []].insert(message).inserted else { return }
        entries.append(Entry(severity: .warning, kind: kind, place: place, message: message, hint: hint))
    }

    /// What stands there may be a secret: no diagnostic shows it.
    func mask(_ place: Place) {
        masks[place.line, default: []].append(place)
    }

    /// In the order of the file.
    var diagnostics: [Diagnostic] {
        let places = entries.enumerated().sorted {
            ($0.element.place.line, $0.element.place.column, $0.offset)
                < ($1.element.place.line, $1.element.place.column, $1.offset)
        }
        return places.map { diagnostic($0.element) }
    }

    private func diagnostic(_ entry: Entry) -> Diagnostic {
        Diagnostic(
            severity: entry.severity, kind: entry.kind, file: file, line: entry.place.line, column: entry.place.column,
            message: entry.message, hint: entry.hint, sourceLine: maskedLine(entry.place.line),
            width: max(1, entry.place.width))
    }

    /// Each masked character becomes an asterisk, so that carets stay where they were.
    private func maskedLine(_ number: Int) -> String? {
        guard var characters = source.line(number).map(Array.init) else { return nil }
        for mask in masks[number] ?? [] {
            for index in mask.column - 1..<mask.column - 1 + mask.width where index < characters.count {
                characters[index] = "*"
            }
        }
        return String(characters)
    }
}
