extension Condition {
    /// As a rule says it: `role=admin|manager`.
    package var text: String {
        let values = values.map { String(decoding: $0, as: UTF8.self) }
        return "\(subject.text)=" + Self.quoted(values)
    }

    /// In quotes where a word could not hold the values otherwise.
    private static func quoted(_ values: [String]) -> String {
        guard values.contains(where: { value in value.contains { " \t\"|#".contains($0) } }) else {
            return values.joined(separator: "|")
        }
        let escaped = values.map { value in
            value.map { "\"\\|".contains($0) ? "\\\($0)" : String($0) }.joined()
        }
        return "\"" + escaped.joined(separator: "|") + "\""
    }
}

extension Condition.Subject {
    /// What stands before the `=`.
    package var text: String {
        switch self {
        case .role: "role"
        case .scope: "scope"
        case .subject: "sub"
        case .claim(let name): "claim." + String(decoding: name, as: UTF8.self)
        }
    }
}
