/// The block `cors { … }`.
enum CORSStatement {
    private static let keywords = ["origins", "max-age"]

    static func parse(_ statement: Statement, _ reporter: Reporter) -> CORSSettings {
        var settings = CORSSettings(line: statement.line)
        var arguments = Arguments(statement, reporter)
        guard let block = statement.block else {
            reporter.error(
                statement.end, "expected \"{\": \"cors\" is a block",
                hint: "write: cors { … } with a line such as: origins https://app.example")
            return settings
        }
        arguments.finish()
        var once = Once()
        var hasOrigins = false
        for setting in block {
            let name = setting.keyword.text
            guard keywords.contains(name) else {
                reporter.error(
                    setting.keyword.place, "unknown setting \"\(name)\" of \"cors\"",
                    hint: Suggestion.hint(for: name, among: keywords)
                        ?? "expected one of \(keywords.joined(separator: ", "))")
                // Perhaps the origins are what is meant.
                hasOrigins = true
                continue
            }
            guard once.take(setting, reporter) else { continue }
            var arguments = Arguments(setting, reporter)
            arguments.refuseBlock()
            if name == "origins" {
                hasOrigins = true
                takeOrigins(&arguments, &settings, reporter)
            } else if let value = arguments.next("a value after \"max-age\"") {
                arguments.finish()
                settings.maxAge = Quantity.duration(value, reporter) ?? settings.maxAge
            }
        }
        if !hasOrigins {
            reporter.error(
                statement.keyword.place, "\"cors\" names no origins",
                hint: "add a line such as: origins https://app.example")
        }
        return settings
    }

    private static func takeOrigins(_ arguments: inout Arguments, _ settings: inout CORSSettings, _ reporter: Reporter)
    {
        guard var word = arguments.next("origins, such as https://app.example") else { return }
        while true {
            if let origin = origin(word, reporter) { settings.origins.append(origin) }
            guard let next = arguments.nextIfAny() else { return }
            word = next
        }
    }

    /// `scheme "://" host [ ":" port ]` (RFC 6454 §6.2), as a browser writes it.
    private static func origin(_ word: Word, _ reporter: Reporter) -> String? {
        guard word.text != "*" else {
            reporter.error(
                word.place, "\"*\" would let every site act for whoever is logged in",
                hint: "name the origins, such as https://app.example")
            return nil
        }
        let schemes = ["https": ":443", "http": ":80"]
        guard let scheme = schemes.first(where: { word.text.hasPrefix($0.key + "://") }) else {
            reporter.error(word.place, "expected an origin such as https://app.example")
            return nil
        }
        let rest = word.text.dropFirst(scheme.key.count + 3)
        let isOrdinary = rest.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x3A).contains($0) || "-.[]".utf8.contains($0)
        }
        guard !rest.isEmpty, isOrdinary else {
            reporter.error(
                word.place, "an origin is a scheme, a host in lower case and perhaps a port",
                hint: "write it as browsers send it, without a path or a slash at its end: https://app.example")
            return nil
        }
        guard !rest.hasSuffix(scheme.value) else {
            reporter.error(
                word.place, "browsers leave out the port \(scheme.value.dropFirst()) of \(scheme.key)",
                hint: "write \(word.text.dropLast(scheme.value.count))")
            return nil
        }
        return word.text
    }
}
