/// `key ALG SOURCE [kid=NAME] [encoding=hex|base64url]`
enum KeyStatement {
    static func parse(_ statement: Statement, _ reporter: Reporter) -> KeySettings? {
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let name = arguments.next("an algorithm, such as HS256") else { return nil }
        if name.text.hasPrefix("env:") || name.text.hasPrefix("file:") {
            reporter.error(
                name.place, "expected an algorithm before where the key is", hint: "write key HS256 \(name.text)")
            return nil
        }
        let algorithm = self.algorithm(name, reporter)
        guard let word = arguments.next("where the key is: env:NAME or file:PATH") else { return nil }
        // The name of a PEM file is no secret.
        if word.text.hasSuffix(".pem") || word.text.hasSuffix(".key") || word.text.hasSuffix(".pub"),
            !word.text.contains(":")
        {
            reporter.error(word.place, "expected file:PATH or env:NAME", hint: "write file:\(word.text)")
            return nil
        }
        let source = Secrets.source(word, reporter)
        let options = self.options(&arguments, algorithm, reporter)
        guard let algorithm, let source else { return nil }
        return KeySettings(
            algorithm: algorithm, source: source, kid: options.kid?.bytes, encoding: options.encoding ?? .text,
            line: statement.line)
    }

    /// A word that is far from every algorithm may be the secret itself, and is not shown.
    private static func algorithm(_ word: Word, _ reporter: Reporter) -> TokenAlgorithm? {
        if let algorithm = TokenAlgorithm(rawValue: word.text) { return algorithm }
        let known = TokenAlgorithm.allCases.map(\.rawValue)
        if word.text.lowercased() == "none" {
            reporter.error(word.place, "unsigned tokens are never accepted; expected an algorithm, such as HS256")
        } else if let hint = Suggestion.hint(for: word.text, among: known) {
            reporter.error(word.place, "unknown algorithm \"\(word.text)\"", hint: hint)
        } else {
            reporter.mask(word.place)
            reporter.error(word.place, "expected an algorithm: one of \(known.joined(separator: ", "))")
        }
        return nil
    }

    private static func options(
        _ arguments: inout Arguments, _ algorithm: TokenAlgorithm?, _ reporter: Reporter
    ) -> (kid: Word?, encoding: KeySettings.Encoding?) {
        var kid: Word?
        var encoding: KeySettings.Encoding?
        while let word = arguments.nextIfAny() {
            switch word.assignment {
            case ("kid", let value)? where kid == nil:
                if value.bytes.isEmpty { reporter.error(word.place, "expected a name after \"kid=\"") }
                kid = value
            case ("encoding", let value)? where encoding == nil:
                encoding = self.encoding(value, algorithm, reporter)
            case ("kid", _)?, ("encoding", _)?:
                reporter.error(word.place, "this option stands in the line already")
            default:
                reporter.mask(word.place)
                let hint = word.assignment.flatMap { Suggestion.hint(for: $0.name, among: ["kid", "encoding"]) }
                reporter.error(word.place, "unknown option of \"key\"; expected kid= or encoding=", hint: hint)
            }
        }
        return (kid, encoding)
    }

    private static func encoding(
        _ value: Word, _ algorithm: TokenAlgorithm?, _ reporter: Reporter
    ) -> KeySettings.Encoding? {
        guard let encoding = KeySettings.Encoding(rawValue: value.text) else {
            reporter.error(
                value.place, "unknown encoding; expected hex or base64url",
                hint: Suggestion.hint(for: value.text, among: ["hex", "base64url"]))
            return nil
        }
        if let algorithm, !algorithm.isSymmetric {
            reporter.error(
                value.place,
                "\"encoding=\" is for HMAC secrets; a key of \(algorithm.rawValue) is PEM, which says it itself")
        }
        return encoding
    }
}
