/// `log stdout|stderr|off|FILE [json|text]`
enum LogStatement {
    static func parse(_ statement: Statement, _ reporter: Reporter) -> LogSettings? {
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let destination = arguments.next("stdout, stderr, off or the path of a file") else { return nil }
        var log = LogSettings()
        log.destination =
            switch destination.text {
            case "stdout": .stdout
            case "stderr": .stderr
            case "off": .off
            default: .file(destination.text)
            }
        if let format = LogSettings.Format(rawValue: destination.text) {
            reporter.error(
                destination.place, "expected stdout, stderr, off or the path of a file before the format",
                hint: "write log stdout \(format.rawValue); a file with this name is ./\(format.rawValue)")
        }
        if destination.bytes.isEmpty {
            reporter.error(destination.place, "expected stdout, stderr, off or the path of a file")
        }
        if let format = arguments.nextIfAny() {
            let known = LogSettings.Format.allCases.map(\.rawValue)
            if let format = LogSettings.Format(rawValue: format.text) {
                log.format = format
            } else {
                reporter.error(
                    format.place, "unknown format \"\(format.text)\"; expected json or text",
                    hint: Suggestion.hint(for: format.text, among: known))
            }
        }
        arguments.finish()
        return log
    }
}
