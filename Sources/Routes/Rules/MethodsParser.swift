/// The methods of a rule, from its first word: `*`, or names joined by commas.
enum MethodsParser {
    static func parse(_ word: Word, _ reporter: Reporter) -> RuleMethods? {
        if word.text == "*" { return .all }
        var methods: [Method] = []
        let names = word.text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for name in names {
            guard let method = method(name, of: word, reporter) else { return nil }
            guard !methods.contains(method) else {
                reporter.error(word.place, "\"\(name)\" stands twice in this rule")
                return nil
            }
            methods.append(method)
        }
        return .named(methods)
    }

    /// Whether methods are meant: capitals, or nearly the name of one.
    static func isLike(_ text: String) -> Bool {
        text.utf8.allSatisfy { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || ",*-|".utf8.contains($0) }
            || Suggestion.nearest(to: text, among: Method.registry) != nil
            || text.split(separator: ",").contains { Method(name: $0.uppercased()) != nil }
    }

    private static func method(_ name: String, of word: Word, _ reporter: Reporter) -> Method? {
        if name.isEmpty {
            reporter.error(word.place, "expected methods joined by commas without blanks, such as GET,POST")
            return nil
        }
        if name == "*" {
            reporter.error(word.place, "\"*\" stands for every method; it can't be joined with names")
            return nil
        }
        guard let method = Method(name: name) else {
            reporter.error(
                word.place, "\"\(name)\" isn't a method of IANA's registry",
                hint: ["any", "all", "every", "methods"].contains(name.lowercased())
                    ? "write * for every method" : Suggestion.hint(for: name, among: Method.registry))
            return nil
        }
        guard method != .connect && method != .trace else {
            reporter.error(
                word.place, "\(name) can't be routed: the gateway answers it with 405 everywhere",
                hint: "leave it out")
            return nil
        }
        return method
    }
}
