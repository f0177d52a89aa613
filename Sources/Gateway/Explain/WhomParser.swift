internal import Routes

/// Reads `--as WHOM`: the words of `expect … as WHOM`, with one value for each condition.
enum WhomParser {
    struct Failure: Error {
        let explanation: String
    }

    static func parse(_ words: [String]) throws(Failure) -> Expectation.Whom {
        switch words {
        case ["anonymous"]: return .anonymous
        case ["authenticated"]: return .authenticated
        case []: throw Failure(explanation: "expected \(expected)")
        default:
            var conditions: [Condition] = []
            for word in words { conditions.append(try condition(word)) }
            return .conditions(conditions)
        }
    }

    private static let expected = "anonymous, authenticated or conditions such as role=admin"

    private static func condition(_ word: String) throws(Failure) -> Condition {
        guard let equals = word.firstIndex(of: "="), let subject = subject(word[..<equals])
        else { throw Failure(explanation: "\"\(word)\" describes nobody; expected \(expected)") }
        let value = word[word.index(after: equals)...]
        guard !value.isEmpty else { throw Failure(explanation: "expected a value in \"\(word)\"") }
        guard !value.contains("|")
        else { throw Failure(explanation: "\"\(word)\" describes several tokens; ask about one value at a time") }
        return Condition(subject: subject, values: [Array(value.utf8)])
    }

    private static func subject(_ name: Substring) -> Condition.Subject? {
        switch name {
        case "role": return .role
        case "scope": return .scope
        case "sub": return .subject
        default:
            let claim = name.utf8.dropFirst("claim.".utf8.count)
            return name.hasPrefix("claim.") && !claim.isEmpty ? .claim(Array(claim)) : nil
        }
    }
}
