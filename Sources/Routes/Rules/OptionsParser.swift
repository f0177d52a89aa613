/// The options of a rule.
struct OptionsParser {
    static let names = ["timeout", "max-body", "rate", "tolerate", "host"]
    /// Options that are a bare word.
    static let words = ["pass-token", "trailers", "outlive-token"]

    private(set) var options = RouteOptions()
    /// Of `host=`; empty where there is none.
    private(set) var hosts: [HostPattern] = []

    private let reporter: Reporter
    /// True in a block that says whose the rules are.
    private let isInHost: Bool
    private var seen: Set<String> = []

    init(isInHost: Bool, _ reporter: Reporter) {
        (self.isInHost, self.reporter) = (isInHost, reporter)
    }

    /// - Parameter name: one of `names`.
    mutating func take(_ name: String, _ value: Word) {
        guard isFirst(name, value) else { return }
        switch name {
        case "timeout": options.timeout = Quantity.duration(value, reporter, atLeast: .milliseconds(1))
        case "max-body": options.maxBody = Quantity.size(value, reporter)
        case "host": takeHosts(value)
        case "rate": options.rate = Quantity.rate(value, reporter)
        default: takeTolerate(value)
        }
    }

    /// False when the word isn't an option.
    mutating func takeWord(_ word: Word) -> Bool {
        guard Self.words.contains(word.text) else { return false }
        guard isFirst(word.text, word) else { return true }
        switch word.text {
        case "pass-token": options.passToken = true
        case "outlive-token": options.outlivesToken = true
        default: options.passTrailers = true
        }
        return true
    }

    private mutating func takeHosts(_ value: Word) {
        guard !isInHost else {
            reporter.error(value.place, "the block says already whose this rule is", hint: "leave host= out")
            return
        }
        for name in value.alternatives.map({ String(decoding: $0, as: UTF8.self) }) {
            guard let host = HostParser.parse(name, of: value, reporter) else { continue }
            if hosts.contains(host) {
                reporter.error(value.place, "\"\(name)\" stands twice in this rule")
            } else {
                hosts.append(host)
            }
        }
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
