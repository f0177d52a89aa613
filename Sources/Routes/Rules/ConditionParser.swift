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
        if !values.isQuoted, values.bytes.first == UInt8(ascii: "=") || values.bytes.first == UInt8(ascii: "'") {
            reporter.error(
                values.place, "a condition is written \(name)=VALUE",
                hint:
                    "write \(name)=\(values.text.filter { $0 != "=" && $0 != "'" }), or quote what holds the sign: \(name)=\"…\""
            )
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
        if name == "role" || name == "scope", !values.isQuoted, values.bytes.contains(UInt8(ascii: ",")) {
            reporter.warning(
                values.place, "a comma parts no values: \(name)=\(values.text) asks for one \(name) of this name",
                hint: "write \(name)=\(values.text.replacing(",", with: "|"))", kind: .commaInValue)
        }
        return Condition(subject: subject, values: alternatives)
    }
}
