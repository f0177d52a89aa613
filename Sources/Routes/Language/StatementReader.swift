/// From lines to statements and their blocks.
struct StatementReader {
    private let reporter: Reporter
    private var statements: [Statement] = []
    /// The words of a statement that the next line continues.
    private var pending: [Word] = []
    /// The statement whose block is open.
    private var open: Statement?
    /// How many blocks are open within it: an error each, read over.
    private var nested = 0

    static func read(_ source: SourceText, _ reporter: Reporter) -> [Statement] {
        var reader = StatementReader(reporter: reporter)
        for (index, bytes) in source.lines.enumerated() {
            reader.take(bytes, line: index + 1)
        }
        reader.finish()
        return reader.statements
    }

    private init(reporter: Reporter) {
        self.reporter = reporter
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, line: Int) {
        guard SourceCheck.isReadable(bytes, line: line, reporter) else { return }
        let lexer = LineLexer(bytes, line: line, reporter: reporter)
        pending += lexer.words
        if lexer.continues { return }
        takeStatement()
    }

    private mutating func takeStatement() {
        var words = pending
        pending = []
        guard let last = words.last else { return }
        if let brace = words.first(where: { $0.isSign("}") }) {
            if words.count == 1 { return close(brace) }
            reporter.error(brace.place, "\"}\" must stand alone on its line")
            return
        }
        let opens = last.isSign("{")
        if opens { words.removeLast() }
        guard !words.isEmpty else {
            reporter.error(last.place, "a block needs a name before \"{\"")
            return openBlock(Statement(words: [last]))
        }
        opens ? openBlock(Statement(words: words)) : add(Statement(words: words))
    }

    private mutating func add(_ statement: Statement) {
        if nested > 0 { return }
        if open == nil {
            statements.append(statement)
        } else {
            open?.block?.append(statement)
        }
    }

    private mutating func openBlock(_ statement: Statement) {
        if let open {
            nested += 1
            reporter.error(
                statement.keyword.place, "a block can't stand in the block \"\(open.keyword.text)\"",
                hint: "close it first with \"}\" alone on a line")
            return
        }
        var statement = statement
        statement.block = []
        open = statement
    }

    private mutating func close(_ brace: Word) {
        if nested > 0 {
            nested -= 1
        } else if let statement = open {
            open = nil
            add(statement)
        } else {
            reporter.error(brace.place, "\"}\" closes no block")
        }
    }

    private mutating func finish() {
        if let last = pending.last {
            reporter.error(last.place.end, "the file ends where \"\\\" continues the line")
            takeStatement()
        }
        guard let statement = open else { return }
        reporter.error(
            statement.keyword.place, "the block \"\(statement.keyword.text)\" isn't closed",
            hint: "it ends with \"}\" alone on a line")
        open = nil
        add(statement)
    }
}
