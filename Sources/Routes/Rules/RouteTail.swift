/// What follows the path of a rule: WHO and options in any order, then the arrow.
struct RouteTail {
    private(set) var access: AccessParser
    private(set) var options: OptionsParser
    private(set) var upstream: Word?
    /// A word was reported: what it brings about in the rest is no error of its own.
    private var isReported = false
    private var isJoined = false

    /// What is written for the arrow elsewhere.
    private static let arrows = ["=>", ">", "-", "→", "to", "-->", "==>", "⇒", ">>"]

    private let reporter: Reporter

    init(isInHost: Bool, _ reporter: Reporter) {
        self.reporter = reporter
        access = AccessParser(reporter)
        options = OptionsParser(isInHost: isInHost, reporter)
    }

    mutating func take(_ words: ArraySlice<Word>, after end: Place) {
        var rest = words
        while let word = rest.popFirst() {
            // What a word between conditions has joined is of the same cause.
            if isJoined, !word.isSign("->") { continue }
            if word.isSign("->") {
                takeUpstream(rest, after: word)
                return
            }
            if !word.isQuoted, Self.arrows.contains(word.text) {
                reporter.error(
                    word.place, "the upstream stands after \"->\", not after \"\(word.text)\"", hint: "write ->")
                upstream = rest.first
                access.takeUnknown()
                return
            }
            if !word.isQuoted, word.text.hasPrefix("->") {
                reporter.error(
                    word.place, "a blank stands between \"->\" and the upstream",
                    hint: "write -> \(word.text.dropFirst(2))")
                access.takeUnknown()
                return
            }
            take(word, isLast: rest.isEmpty)
        }
    }

    private mutating func takeUpstream(_ words: ArraySlice<Word>, after arrow: Word) {
        guard let name = words.first else {
            reporter.error(arrow.place.end, "expected the name of an upstream after \"->\"")
            return
        }
        if name.text.contains("://") {
            reporter.error(
                name.place, "a rule names an upstream, not its URL",
                hint: "add a line: upstream app \(name.text), and write -> app")
            return
        }
        upstream = name
        if let word = words.dropFirst().first {
            reporter.error(word.place, "\"\(word.text)\" is too much here: the upstream ends a rule")
        }
    }

    private mutating func take(_ word: Word, isLast: Bool) {
        if let (name, value) = word.assignment {
            if ConditionParser.isCondition(name) { return access.takeCondition(name, value) }
            if OptionsParser.names.contains(name) { return options.take(name, value) }
            let hint =
                name.hasSuffix("!")
                ? Self.noNegation
                : Self.condition(name) ?? Suggestion.hint(for: name, among: ConditionParser.names + OptionsParser.names)
            access.takeUnknown()
            defer { isReported = true }
            if isReported { return }
            return reporter.error(word.place, "unknown condition or option \"\(name)\"", hint: hint)
        }
        if options.takeWord(word) || access.takeKeyword(word) { return }
        access.takeUnknown()
        defer { isReported = true }
        if isReported { return }
        isJoined = Self.joined(word.text) != nil
        let known = AccessParser.keywords + OptionsParser.words
        let name = word.text.filter { $0 != ":" && $0 != "=" }
        let hint =
            ConditionParser.isCondition(name) || name == "roles"
            ? "write \(name == "roles" ? "role" : name)=NAME, without blanks"
            : Self.joined(word.text) ?? Suggestion.hint(for: word.text, among: known) ?? Self.meant(word.text)
                ?? (isLast && access.place != nil ? "if that is the upstream, write -> \(word.text)" : nil)
        reporter.error(
            word.place, "unknown word \"\(word.text)\"; expected WHO, an option or \"->\" with an upstream", hint: hint)
    }

    private static let noNegation =
        "there is no \"not\": say who may, and give a path that nobody may use a rule with deny"

    /// Signs and words between conditions, and before them.
    private static func joined(_ text: String) -> String? {
        switch text.lowercased() {
        case "or", "||", "|": return "several values of one condition are written role=A|B"
        case "and", "&&", "&", "+":
            return "conditions that must all hold stand one behind the other, without a word between them"
        case "not", "!", "unless", "except": return noNegation
        default: break
        }
        if text.hasPrefix("!") { return noNegation }
        guard let colon = text.firstIndex(of: ":"), ConditionParser.isCondition(String(text[..<colon])) else {
            return nil
        }
        return "write \(text[..<colon])=\(text[text.index(after: colon)...])"
    }

    /// Other servers' names of conditions.
    private static func condition(_ name: String) -> String? {
        switch name.lowercased() {
        case "user", "username", "login", "subject": "write sub=NAME, where NAME is what tokens carry as \"sub\""
        case "group", "groups", "roles": "write role=NAME"
        case "scopes", "scp": "write scope=NAME"
        case "ip", "src", "source", "remote_addr", "remote_ip", "cidr", "network":
            "where a request comes from is no condition here"
        case "method", "methods": "methods are the first word of a rule: GET,POST /path"
        case "path", "uri", "prefix": "the path is the second word of a rule"
        case "upstream", "backend", "to", "proxy": "the upstream stands at the end: -> app"
        default: nil
        }
    }

    /// Other servers' words for WHO.
    private static func meant(_ text: String) -> String? {
        switch text.lowercased() {
        case "all", "allow", "anonymous", "any", "anyone", "everyone", "none", "open", "bypass": "write public"
        case "valid-user", "user", "users", "login", "auth", "required", "logged-in", "one_factor", "two_factor",
            "signed-in",
            "private", "protected", "secured", "secure", "restricted", "token", "bearer", "jwt":
            "write authenticated"
        case "block", "forbidden", "reject", "denied", "404", "403": "write deny"
        case "admin", "manager": "write role=\(text)"
        default: nil
        }
    }
}
