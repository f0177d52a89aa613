/// A few rules that meet at many places, and what they say to a path, read rule by rule.
struct PlainRules {
    struct Rule {
        /// Nil: `*`.
        var method: String?
        /// `{…}` is a parameter and `**` the rest; anything else is a literal as it is decoded.
        var segments: [String]
        var access: String
        var tolerated: Set<String> = []
        /// As the path is written; nil: as the segments are.
        var written: String?

        /// For two rules that match one path: literal, `{name}`, the end, `**`, from the left.
        var kinds: [Int] {
            segments.map { $0 == "**" ? 3 : $0.hasPrefix("{") ? 1 : 0 } + (segments.last == "**" ? [] : [2])
        }

        /// The same for rules of different spellings of a path: a trailing slash doesn't count.
        var looseKinds: [Int] {
            var kinds = kinds
            if segments.last == "" { kinds.remove(at: kinds.count - 2) }
            return kinds
        }
    }

    static let all: Set<String> = [
        "encoded-slash", "encoded-backslash", "semicolon", "empty-segment", "double-escape",
    ]

    static let rules = [
        Rule(method: "GET", segments: ["a", "{id}"], access: "authenticated"),
        Rule(method: "GET", segments: ["a", "b"], access: "role=admin"),
        Rule(segments: ["a", "b"], access: "deny"),
        Rule(segments: ["a", "{id}", "c"], access: "public", tolerated: ["semicolon"]),
        Rule(segments: ["a", "{id}", "c", "**"], access: "role=c"),
        Rule(segments: ["A", "**"], access: "role=upper"),
        Rule(segments: ["files", "**"], access: "authenticated", tolerated: all),
        Rule(segments: ["files", "x;y", "{id}"], access: "role=y", tolerated: ["semicolon", "encoded-slash"]),
        Rule(segments: ["café", "**"], access: "public", written: "/caf%C3%A9/**"),
        Rule(method: "GET", segments: ["u", ""], access: "authenticated"),
        Rule(segments: ["u"], access: "authenticated"),
        Rule(segments: ["s", "{x}", "{y}"], access: "public"),
        Rule(segments: ["s", "t", "**"], access: "deny"),
        Rule(segments: [""], access: "public"),
    ]

    /// With a rule for all that no other matches, or without.
    static func text(isExact: Bool, hasRest: Bool) -> String {
        let lines = (rules + (hasRest ? [rest] : [])).map { rule in
            let path = rule.written ?? "/" + rule.segments.joined(separator: "/")
            let tolerated = rule.tolerated.isEmpty ? "" : " tolerate=" + rule.tolerated.sorted().joined(separator: ",")
            let goal = rule.access == "deny" ? "" : " -> app"
            return "\(rule.method ?? "*") \(path) \(rule.access)\(tolerated)\(goal)"
        }
        return """
            listen 127.0.0.1:8080
            upstream app http://127.0.0.1:3000
            tokens {
                key HS256 env:SECRET
            }
            \(isExact ? "paths exact" : "")
            \(lines.joined(separator: "\n"))

            """
    }

    static let rest = Rule(segments: ["**"], access: "role=rest")

    /// The index of the rule that decides a path when no other spelling of it counts.
    static func decide(_ method: String, _ path: PlainPath, hasRest: Bool) -> Int? {
        let rules = rules + (hasRest ? [rest] : [])
        return rules.indices.filter { matches(rules[$0], path.segments) && rules[$0].method ?? method == method }
            .min { left, right in
                let (left, right) = (rules[left], rules[right])
                if left.kinds == right.kinds { return left.method != nil && right.method == nil }
                return left.kinds.lexicographicallyPrecedes(right.kinds)
            }
    }

    private static func matches(_ rule: Rule, _ path: [[UInt8]]) -> Bool {
        var rest = path[...]
        for segment in rule.segments {
            if segment == "**" { return true }
            guard let next = rest.popFirst() else { return false }
            if segment.hasPrefix("{") ? next.isEmpty : next != octets(segment) { return false }
        }
        return rest.isEmpty
    }
}
