/// `name=value|value|…`
enum ConditionParser {
    /// What a condition can be about; `claim.NAME` besides.
    static let names = ["role", "scope", "sub"]

    /// True when the word's name is a condition's.
    static func isCondition(_ name: String) -> Bool { names.contains(name) || name.hasPrefix("claim.") }

    /// - Parameters:
    ///   - name: before the `=`, a condition's.
    ///   - values: after it.
    static func parse(_ name: String, _ values: Word, _ reporter: Reporter) -> Condition? {
        let alternatives = values.alternatives
        guard alternatives.allSatisfy({ !$0.isEmpty }) else {
            reporter.error(
                values.place, "expected values joined by \"|\" after \"\(name)=\"",
                hint: "quote a value that holds a blank: \(name)=\"a b\"")
            return nil
        }
        let subject: Condition.Subject
        switch name {
        case "role": subject = .role
        case "scope": subject = .scope
        case "sub": subject = .subject
        default:
            let claim = Array(name.utf8.dropFirst("claim.".utf8.count))
            guard !claim.isEmpty else {
                reporter.error(values.place, "expected the name of a claim: claim.NAME=value")
                return nil
            }
            subject = .claim(claim)
        }
        return Condition(subject: subject, values: alternatives)
    }
}
