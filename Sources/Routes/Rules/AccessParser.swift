/// WHO, gathered from the words between the path and the arrow.
struct AccessParser {
    static let keywords = ["public", "optional", "authenticated", "deny"]

    private let reporter: Reporter
    /// The keyword and its word.
    private var keyword: (access: Access, word: Word)?
    private var conditions: [Condition] = []
    /// The first condition's, even a faulty one's.
    private var firstCondition: Place?
    /// A word that was reported already may have been meant as WHO.
    private var hasUnknown = false

    init(_ reporter: Reporter) {
        self.reporter = reporter
    }

    /// The word that says WHO; nil where none does.
    var place: Place? { keyword?.word.place ?? firstCondition }

    /// False when the word isn't one of the keywords.
    mutating func takeKeyword(_ word: Word) -> Bool {
        let access: Access
        switch word.text {
        case "public": access = .public
        case "optional": access = .optional
        case "authenticated": access = .authenticated
        case "deny": access = .deny
        default: return false
        }
        if let keyword {
            reporter.error(word.place, "a rule has one WHO; \"\(keyword.word.text)\" is said already")
        } else {
            keyword = (access, word)
        }
        return true
    }

    mutating func takeCondition(_ name: String, _ values: Word) {
        firstCondition = firstCondition ?? values.place
        if let condition = ConditionParser.parse(name, values, reporter) { conditions.append(condition) }
    }

    mutating func takeUnknown() { hasUnknown = true }

    /// nil after an error.
    func finish(_ path: Word) -> Access? {
        if let keyword, let firstCondition {
            reporter.error(
                firstCondition, "a condition can't stand beside \"\(keyword.word.text)\"",
                hint: "a condition alone already asks for a valid token")
            return nil
        }
        if let keyword { return keyword.access }
        guard firstCondition != nil else {
            if !hasUnknown {
                reporter.error(
                    path.place.end, "expected WHO after the path: public, optional, authenticated, deny or role=…")
            }
            return nil
        }
        return conditions.isEmpty ? nil : .conditions(conditions)
    }
}
