/// What follows the path of a rule: WHO and options in any order, then the arrow.
struct RouteTail {
    private(set) var access: AccessParser
    private(set) var options: OptionsParser
    private(set) var upstream: Word?

    private let reporter: Reporter

    init(isInHost: Bool, _ reporter: Reporter) {
        self.reporter = reporter
        access = AccessParser(reporter)
        options = OptionsParser(isInHost: isInHost, reporter)
    }

    mutating func take(_ words: ArraySlice<Word>, after end: Place) {
        var rest = words
        while let word = rest.popFirst() {
            if word.isSign("->") {
                takeUpstream(rest, after: word)
                return
            }
            take(word)
        }
    }

    private mutating func takeUpstream(_ words: ArraySlice<Word>, after arrow: Word) {
        guard let name = words.first else {
            reporter.error(arrow.place.end, "expected the name of an upstream after \"->\"")
            return
        }
        upstream = name
        if let word = words.dropFirst().first {
            reporter.error(word.place, "\"\(word.text)\" is too much here: the upstream ends a rule")
        }
    }

    private mutating func take(_ word: Word) {
        if let (name, value) = word.assignment {
            if ConditionParser.isCondition(name) { return access.takeCondition(name, value) }
            if OptionsParser.names.contains(name) { return options.take(name, value) }
            let hint = Suggestion.hint(for: name, among: ConditionParser.names + OptionsParser.names)
            return reporter.error(word.place, "unknown condition or option \"\(name)\"", hint: hint)
        }
        if options.takeWord(word) || access.takeKeyword(word) { return }
        access.takeUnknown()
        let known = AccessParser.keywords + OptionsParser.words
        let hint =
            ["=>", ">", "-", "→", "to"].contains(word.text) ? "write ->" : Suggestion.hint(for: word.text, among: known)
        reporter.error(
            word.place, "unknown word \"\(word.text)\"; expected WHO, an option or \"->\" with an upstream", hint: hint)
    }
}
