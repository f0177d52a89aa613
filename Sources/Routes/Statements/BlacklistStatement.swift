/// `blacklist redis://HOST:PORT[/DB]`, alone or with a block, or `blacklist sqlite`.
struct BlacklistStatement {
    private static let keywords = ["mode", "prefix", "deadline", "on-failure", "user", "password", "tls"]

    private let reporter: Reporter
    private var settings: BlacklistSettings
    private var once = Once()

    static func parse(_ statement: Statement, _ reporter: Reporter) -> BlacklistSettings? {
        var arguments = Arguments(statement, reporter)
        let url = arguments.next("the address of Redis, redis://HOST:PORT or redis://HOST:PORT/DB; or sqlite")
        if url?.text == "sqlite" { return embedded(statement, &arguments, reporter) }
        arguments.finish(masking: true)
        // A faulty address doesn't keep the faults of the block from being reported.
        let address = url.flatMap { RedisURL($0, reporter) }
        var parser = BlacklistStatement(
            reporter: reporter,
            settings: BlacklistSettings(
                host: address?.host ?? "", port: address?.port ?? 0, database: address?.database ?? 0,
                line: statement.line))
        for setting in statement.block ?? [] { parser.take(setting) }
        parser.check(statement)
        return address == nil ? nil : parser.settings
    }

    /// It has nothing to set: the keys are its own, and it can't be away.
    private static func embedded(
        _ statement: Statement, _ arguments: inout Arguments, _ reporter: Reporter
    ) -> BlacklistSettings {
        arguments.finish()
        if statement.block != nil { reporter.error(statement.keyword.place, "\"blacklist sqlite\" has no block") }
        var settings = BlacklistSettings(host: "", port: 0, line: statement.line)
        settings.store = .sqlite
        return settings
    }

    private init(reporter: Reporter, settings: BlacklistSettings) {
        (self.reporter, self.settings) = (reporter, settings)
    }

    private mutating func take(_ statement: Statement) {
        let name = statement.keyword.text
        guard Self.keywords.contains(name) else {
            statement.arguments.forEach { reporter.mask($0.place) }
            reporter.error(
                statement.keyword.place, "unknown setting of \"blacklist\"",
                hint: Suggestion.hint(for: name, among: Self.keywords)
                    ?? "expected one of \(Self.keywords.joined(separator: ", "))")
            return
        }
        guard once.take(statement, reporter) else { return }
        if name == "tls" {
            reporter.error(statement.keyword.place, "TLS to Redis isn't available yet", hint: "leave the line out")
            return
        }
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let value = arguments.next("a value after \"\(name)\"") else { return }
        if name == "on-failure" { takeOnFailure(value, &arguments) } else { take(name, value) }
        arguments.finish(masking: name == "password" || name == "user")
    }

    private mutating func take(_ name: String, _ value: Word) {
        switch name {
        case "mode": takeMode(value)
        case "prefix": settings.prefix = value.bytes
        case "deadline":
            let deadline = Quantity.duration(value, reporter, atLeast: .milliseconds(1))
            settings.deadline = deadline ?? settings.deadline
        case "user": settings.user = value.text
        default: settings.password = Secrets.source(value, reporter)
        }
    }

    private mutating func takeMode(_ value: Word) {
        switch value.text {
        case "ask": settings.mode = .ask
        case "copy": settings.mode = .copy
        default:
            reporter.error(
                value.place, "unknown mode \"\(value.text)\"; expected copy or ask",
                hint: Suggestion.hint(for: value.text, among: ["copy", "ask"]))
        }
    }

    private mutating func takeOnFailure(_ value: Word, _ arguments: inout Arguments) {
        switch value.text {
        case "refuse": settings.onFailure = .refuse
        case "allow": settings.onFailure = .allow
        case "last-known":
            guard let time = arguments.next("for how long an answer counts, such as last-known 60s") else { return }
            if let time = Quantity.duration(time, reporter, atLeast: .milliseconds(1)) {
                settings.onFailure = .lastKnown(time)
            }
        default:
            reporter.error(
                value.place, "unknown word \"\(value.text)\"; expected refuse, allow or last-known 60s",
                hint: Suggestion.hint(for: value.text, among: ["refuse", "allow", "last-known"]))
        }
    }

    private func check(_ statement: Statement) {
        if settings.user != nil && settings.password == nil && !reporter.hasErrors {
            reporter.error(
                statement.keyword.place, "\"user\" without \"password\"", hint: "add a line: password env:NAME")
        }
    }
}
