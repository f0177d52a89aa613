/// From lines to statements and their blocks.
struct StatementReader {
    private let reporter: Reporter
    private var statements: [Statement] = []
    /// The words of a statement that the next line continues.
    private var pending: [Word] = []
    /// The statement whose block is open.
    private var open: Statement?
    /// How many blocks are open within it, which is an error and read over.
    private var nested = 0
    /// A line ended with a semicolon, which was reported.
    private var hasSemicolon = false
    private var isFirst = true

    static func read(_ source: SourceText, _ reporter: Reporter) -> [Statement] {
        var reader = StatementReader(reporter: reporter)
        for (index, bytes) in source.lines.enumerated() where !reader.isForeign {
            reader.take(bytes, line: index + 1)
        }
        // Whatever else the file says would be an error of its own.
        if reader.isForeign { return [] }
        reader.finish()
        return reader.statements
    }

    /// The file is written in another language.
    private var isForeign = false

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
        guard !words.isEmpty else { return }
        if isFirst, let language = Habit.otherLanguage(words) {
            isForeign = true
            return reporter.error(
                words[0].place, "this looks like \(language)",
                hint: "the file has one statement a line: listen 127.0.0.1:8080; docs/routes-conf.md shows it")
        }
        isFirst = false
        if Habit.isComment(words[0].text) {
            return reporter.error(
                words[0].place, "a comment starts with \"#\"", hint: "write # instead of \(words[0].text.prefix(2))")
        }
        takeSemicolon(&words)
        guard let last = words.last else { return }
        if let variable = words.first(where: Habit.isVariable) {
            return reporter.error(
                variable.place, "variables are not put into this file",
                hint: "secrets are named by env:NAME or file:PATH where they are used")
        }
        if let brace = words.dropLast().first(where: { $0.isSign("{") }) {
            return reporter.error(
                brace.place, "\"{\" ends its line, and what the block holds stands on lines of its own",
                hint: "write one setting a line, and \"}\" alone on the last")
        }
        if let brace = words.first(where: { $0.isSign("}") }) {
            if words.count == 1 { return close(brace) }
            reporter.error(brace.place, "\"}\" must stand alone on its line")
            return
        }
        let opens = last.isSign("{")
        if opens { words.removeLast() }
        if nested == 0, let block = open, !words.isEmpty, endsBlock(words, of: block, opens: opens) { closeForgotten() }
        guard !words.isEmpty else {
            reporter.error(last.place, "a block needs a name before \"{\"")
            return openBlock(Statement(words: [last]))
        }
        opens ? openBlock(Statement(words: words)) : add(Statement(words: words))
    }

    /// nginx and C end lines so. Reported once, since it is one habit.
    private mutating func takeSemicolon(_ words: inout [Word]) {
        guard let last = words.last, !last.isQuoted, last.bytes.last == UInt8(ascii: ";") else { return }
        if !hasSemicolon {
            hasSemicolon = true
            reporter.error(last.place.end, "a line ends without \";\"", hint: "leave the semicolons out")
        }
        words.removeLast()
        let bytes = Array(last.bytes.dropLast())
        if !bytes.isEmpty {
            words.append(
                Word(bytes: bytes, literalPipes: last.literalPipes, isQuoted: false, place: last.place))
        }
    }

    /// A line that can't belong to the open block, whose end is missing then.
    private func endsBlock(_ words: [Word], of block: Statement, opens: Bool) -> Bool {
        let (name, first) = (block.keyword.text, words[0].text)
        guard Keyword.all.contains(name) else { return false }
        let isRule = (first == "*" || Method(name: first) != nil) && words.count > 2
        if name != "host", isRule, words[1].bytes.first == PathBytes.Character.slash { return true }
        guard Keyword.all.contains(first) else { return false }
        if opens { return true }
        switch name {
        case "host": return false
        case "upstream": return first != "host"
        default: return true
        }
    }

    private mutating func closeForgotten() {
        guard let statement = open else { return }
        reporter.error(
            statement.keyword.place, "the block \"\(statement.keyword.text)\" isn't closed",
            hint: "it ends with \"}\" alone on a line")
        open = nil
        add(statement)
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
            // What an unknown statement holds is not looked at.
            guard nested == 1, Keyword.all.contains(open.keyword.text) else { return }
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
        closeForgotten()
    }
}
