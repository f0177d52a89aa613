/// Statements that may stand once: the later one is the error, and names the earlier.
struct Once {
    private var lines: [String: Int] = [:]

    mutating func take(_ statement: Statement, _ reporter: Reporter) -> Bool {
        let name = statement.keyword.text
        if let line = lines[name] {
            reporter.error(statement.keyword.place, "\"\(name)\" stands in line \(line) already, and may stand once")
            return false
        }
        lines[name] = statement.line
        return true
    }
}
