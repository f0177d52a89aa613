/// The options of a rule.
struct OptionsParser {
    static let names = ["timeout", "max-body", "tolerate"]
    static let passToken = "pass-token"

    private(set) var options = RouteOptions()

    private let reporter: Reporter
    private var seen: Set<String> = []

    init(_ reporter: Reporter) {
        self.reporter = reporter
    }

    /// - Parameter name: one of `names`.
    mutating func take(_ name: String, _ value: Word) {
        guard isFirst(name, value) else { return }
        switch name {
        case "timeout": options.timeout = Quantity.duration(value, reporter, atLeast: .milliseconds(1))
        case "max-body": options.maxBody = Quantity.size(value, reporter)
        default: takeTolerate(value)
        }
    }

    mutating func takePassToken(_ word: Word) {
        if isFirst(Self.passToken, word) { options.passToken = true }
    }

    private mutating func takeTolerate(_ value: Word) {
        for name in value.text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if let known = Tolerance.named.first(where: { $0.name == name }) {
                options.tolerate.insert(known.tolerance)
            } else {
                let names = Tolerance.named.map(\.name)
                reporter.error(
                    value.place, "\"\(name)\" can't be tolerated",
                    hint: Suggestion.hint(for: name, among: names) ?? "expected some of \(names.joined(separator: ","))"
                )
            }
        }
    }

    private mutating func isFirst(_ name: String, _ word: Word) -> Bool {
        if seen.insert(name).inserted { return true }
        reporter.error(word.place, "\"\(name)\" stands twice in this rule")
        return false
    }
}
