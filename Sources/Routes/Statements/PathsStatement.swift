/// `paths exact`
enum PathsStatement {
    static func parse(_ statement: Statement, _ reporter: Reporter) -> Bool {
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let word = arguments.next("\"exact\"") else { return false }
        arguments.finish()
        if word.text != "exact" {
            reporter.error(
                word.place, "unknown word \"\(word.text)\"; expected \"exact\"",
                hint: Suggestion.hint(for: word.text, among: ["exact"]))
        }
        return true
    }
}
