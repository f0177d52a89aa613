/// The words of a statement after its keyword, taken one after another.
struct Arguments {
    private let statement: Statement
    private let reporter: Reporter
    private var rest: ArraySlice<Word>

    init(_ statement: Statement, _ reporter: Reporter) {
        (self.statement, self.reporter) = (statement, reporter)
        rest = statement.arguments
    }

    /// nil at the end, which is an error then.
    mutating func next(_ expected: String, hint: String? = nil) -> Word? {
        if let word = rest.popFirst() { return word }
        reporter.error(statement.end, "expected \(expected)", hint: hint)
        return nil
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// nil at the end.
    mutating func nextIfAny() -> Word? { rest.popFirst() }

    /// Every word that is left is an error.
    mutating func finish(masking: Bool = false) {
        if let word = rest.first {
            if masking { rest.forEach { reporter.mask($0.place) } }
            let name = masking ? "a word" : "\"\(word.text)\""
            if ["ssl", "http2", "default_server", "proxy_protocol", "crt"].contains(word.text),
                statement.keyword.text == "listen"
            {
                reporter.error(
                    word.place, "\(name) is no word of \"listen\"",
                    hint: "TLS, and with it HTTP/2, is switched on in a block: certificate file:chain.pem file:key.pem")
                rest = []
                return
            }
            reporter.error(word.place, "\(name) is too much here; \"\(statement.keyword.text)\" was complete before it")
        }
        rest = []
    }

    /// A block is an error.
    func refuseBlock() {
        if statement.block != nil {
            reporter.error(statement.keyword.place, "\"\(statement.keyword.text)\" has no block")
        }
    }
}
