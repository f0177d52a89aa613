import Foundation

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
            if !exact {
                let normalized = normalized(decoded)
                if isDots(normalized) || !segment.isEmpty && normalized.allSatisfy({ $0 == " " }) { return "400" }
                let added = normalized.filter { "/\\%;?#".contains($0) }.count
                if added > decoded.filter({ "/\\%;?#".contains($0) }).count { return "400" }
            }
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
        return spellings(of: first).flatMap { spelling in rest.map { [spelling] + $0 } }
    }

    /// In other case, with characters that NFKC makes the same, with blanks at the ends: those that rules have, and one
    /// that none has.
    private func spellings(of segment: String) -> Set<String> {
        guard !segment.isEmpty else { return [""] }
        let known = rules.flatMap(\.segments).filter { !$0.isEmpty && word($0) == word(segment) }
        return Set(known + spellings(of: Array(word(segment))) + [segment, segment + "   "])
    }

    private func word(_ segment: String) -> String {
        normalized(segment).trimmingCharacters(in: [" "]).lowercased()
    }

    private func normalized(_ segment: String) -> String {
        String(segment.precomposedStringWithCompatibilityMapping.map { $0.isWhitespace ? " " : $0 })
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
        var text: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                text.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
            text.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
