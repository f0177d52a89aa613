/// The contract of `routes.conf`, read plainly: every rule is looked at, every spelling of the path is tried.
///
/// Shares nothing with the product but the meaning of a path's segments.
struct PlainReading {
    struct Rule {
        /// nil: `*`.
        let methods: [String]?
        /// `{…}` is a parameter, `**` the rest, anything else the decoded literal.
        let segments: [String]
        let access: String
        let tolerate: Set<String>
        let line: Int
        /// Of `host=`; nil: for every host.
        var host: String?
    }

    let rules: [Rule]
    let exact: Bool

    func decide(_ method: String, _ path: String) -> String {
        let raw = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var needed: Set<String> = []
        var segments: [String] = []
        for (index, segment) in raw.enumerated() {
            guard let decoded = decode(segment) else { return "400" }
            if isDots(decoded) { return "400" }
            if segment.isEmpty && index < raw.count - 1 { needed.insert("empty-segment") }
            if decoded.contains("/") { needed.insert("encoded-slash") }
            if decoded.contains(";") { needed.insert("semicolon") }
            segments.append(decoded)
        }
        guard let rule = best(method, segments) else {
            // "CONNECT and TRACE, which are 405 everywhere."
            let allowed = method == "TRACE" || rules.contains { matches($0, segments) }
            return needed.isEmpty ? allowed ? "405" : "404" : "400"
        }
        if !needed.isSubset(of: rule.tolerate) { return "400" }
        if !exact && variants(of: segments).contains(where: { isOther(best(method, $0), than: rule) }) { return "400" }
        return "line \(rule.line)"
    }

    /// The same for a request to this host, in a file whose rules name hosts.
    func decide(_ method: String, _ path: String, host: String) -> String {
        guard rules.contains(where: { $0.host == host }) else {
            return PlainReading(rules: [], exact: exact).decide(method, path) == "400" ? "400" : "421"
        }
        return PlainReading(rules: rules.filter { $0.host == nil || $0.host == host }, exact: exact).decide(
            method, path)
    }

    /// "A rule with a different WHO" that isn't less specific.
    private func isOther(_ variant: Rule?, than rule: Rule) -> Bool {
        guard let variant, variant.access != rule.access else { return false }
        return !kinds(rule).lexicographicallyPrecedes(kinds(variant))
    }

    private func best(_ method: String, _ path: [String]) -> Rule? {
        rules.filter { covers($0, method) > 0 && matches($0, path) }.min { left, right in
            kinds(left, on: path) == kinds(right, on: path)
                ? (left.host == nil ? 0 : 1, covers(left, method)) > (right.host == nil ? 0 : 1, covers(right, method))
                : kinds(left, on: path).lexicographicallyPrecedes(kinds(right, on: path))
        }
    }

    /// 3: named; 2: GET for HEAD; 1: `*`; 0: not at all.
    private func covers(_ rule: Rule, _ method: String) -> Int {
        guard let methods = rule.methods else { return ["CONNECT", "TRACE"].contains(method) ? 0 : 1 }
        if methods.contains(method) { return 3 }
        return method == "HEAD" && methods.contains("GET") ? 2 : 0
    }

    private func matches(_ rule: Rule, _ path: [String]) -> Bool {
        var rest = path[...]
        for segment in rule.segments {
            if segment == "**" { return true }
            guard let next = rest.popFirst() else { return false }
            if segment.hasPrefix("{") ? next.isEmpty : !next.utf8.elementsEqual(segment.utf8) { return false }
        }
        return rest.isEmpty
    }

    /// Literal, `{name}`, the end, `**`.
    private func kinds(_ rule: Rule, on path: [String]) -> [Int] {
        rule.segments.map { $0 == "**" ? 3 : $0.hasPrefix("{") ? 1 : 0 } + (rule.segments.last == "**" ? [] : [2])
    }

    /// The same between spellings of a path, where a trailing slash doesn't count.
    private func kinds(_ rule: Rule) -> [Int] {
        var kinds = kinds(rule, on: [])
        if rule.segments.last == "" { kinds.remove(at: kinds.count - 2) }
        return kinds
    }

    private func variants(of path: [String]) -> [[String]] {
        let toggled = path.last == "" ? Array(path.dropLast()) : path + [""]
        return (toggled.isEmpty ? [path] : [path, toggled]).flatMap { spellings(of: $0[...]) }
    }

    private func spellings(of path: ArraySlice<String>) -> [[String]] {
        guard let first = path.first else { return [[]] }
        let rest = spellings(of: path.dropFirst())
        return spellings(of: Array(first)).flatMap { spelling in rest.map { [spelling] + $0 } }
    }

    private func spellings(of word: [Character]) -> [String] {
        guard let first = word.first else { return [""] }
        let choices = Set([first.lowercased(), first.uppercased()])
        return spellings(of: Array(word.dropFirst())).flatMap { rest in choices.map { $0 + rest } }
    }

    private func isDots(_ segment: String) -> Bool {
        segment.split(omittingEmptySubsequences: false) { "/;".contains($0) }
            .contains { $0.contains(".") && $0.allSatisfy { ". ".contains($0) } }
    }

    /// nil for an invalid escape. The generator makes no others that are invalid.
    private func decode(_ segment: String) -> String? {
        var text = ""
        var rest = Array(segment)[...]
        while let character = rest.popFirst() {
            guard character == "%" else {
                text.append(character)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(rest.prefix(2)), radix: 16) else { return nil }
            text.unicodeScalars.append(Unicode.Scalar(value))
            rest = rest.dropFirst(2)
        }
        return text
    }
}
