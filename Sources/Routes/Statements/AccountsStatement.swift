/// The block `accounts { … }`.
struct AccountsStatement {
    private static let durations: [(String, any WritableKeyPath<AccountSettings, Duration> & Sendable)] = [
        ("access-life", \.accessLife), ("refresh-life", \.refreshLife), ("absolute-life", \.absoluteLife),
        ("grace", \.grace),
    ]
    private static let rates: [(String, any WritableKeyPath<AccountSettings, Rate> & Sendable)] = [
        ("login", \.loginRate), ("register", \.registerRate), ("refresh", \.refreshRate), ("password", \.passwordRate),
    ]
    private static let keywords =
        ["database", "prefix", "registration", "default-role", "bcrypt-cost", "rate"] + durations.map(\.0)
    /// A password can be guessed as fast as it is hashed.
    private static let lowestSafeCost = 10

    private let reporter: Reporter
    private var settings: AccountSettings
    private var once = Once()

    static func parse(_ statement: Statement, _ reporter: Reporter) -> AccountSettings {
        var parser = AccountsStatement(reporter: reporter, settings: AccountSettings(line: statement.line))
        guard let block = statement.block else {
            reporter.error(
                statement.end, "expected \"{\": \"accounts\" is a block",
                hint: "write: accounts { … }, with \"}\" on a line of its own")
            return parser.settings
        }
        var arguments = Arguments(statement, reporter)
        arguments.finish()
        for setting in block { parser.take(setting) }
        parser.check(statement)
        return parser.settings
    }

    private init(reporter: Reporter, settings: AccountSettings) {
        (self.reporter, self.settings) = (reporter, settings)
    }

    private mutating func take(_ statement: Statement) {
        let name = statement.keyword.text
        guard Self.keywords.contains(name) else {
            reporter.error(
                statement.keyword.place, "unknown setting \"\(name)\" of \"accounts\"",
                hint: Suggestion.hint(for: name, among: Self.keywords)
                    ?? "expected one of \(Self.keywords.joined(separator: ", "))")
            return
        }
        guard once.take(statement, reporter) else { return }
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        if name == "rate" { return takeRates(&arguments) }
        guard let value = arguments.next("a value after \"\(name)\"") else { return }
        arguments.finish()
        guard !value.bytes.isEmpty else {
            reporter.error(value.place, "expected a value that isn't empty")
            return
        }
        if let (_, path) = Self.durations.first(where: { $0.0 == name }) {
            // Tokens tell their life in whole seconds, but a grace may be as short as it likes.
            let least: Duration = name == "grace" ? .zero : .seconds(1)
            settings[keyPath: path] =
                Quantity.duration(value, reporter, atLeast: least) ?? settings[keyPath: path]
        } else {
            take(name, value)
        }
    }

    private mutating func take(_ name: String, _ value: Word) {
        switch name {
        case "database": settings.database = value.text
        case "prefix":
            if PathPrefix.check(value.text[...], of: value, "the prefix of the accounts", reporter) {
                settings.prefix = value.text
            }
        case "registration":
            guard let registration = AccountSettings.Registration(rawValue: value.text) else {
                reporter.error(
                    value.place, "unknown word \"\(value.text)\"; expected open or closed",
                    hint: Suggestion.hint(for: value.text, among: ["open", "closed"]))
                return
            }
            settings.registration = registration
        case "default-role": settings.defaultRole = value.text
        default: takeCost(value)
        }
    }

    private mutating func takeCost(_ value: Word) {
        guard let cost = Quantity.number(value, in: 4...14, reporter) else { return }
        settings.bcryptCost = cost
        if cost < Self.lowestSafeCost {
            reporter.warning(
                value.place, "a bcrypt cost of \(cost) makes stolen hashes cheap to guess",
                hint: "leave it at 12, and lower it for tests only", kind: .weakPasswordHash)
        }
    }

    /// `rate login=10/m register=10/m …`
    private mutating func takeRates(_ arguments: inout Arguments) {
        guard var word = arguments.next("rates, such as login=10/m") else { return }
        var seen: Set<String> = []
        while true {
            takeRate(word, &seen)
            guard let next = arguments.nextIfAny() else { return }
            word = next
        }
    }

    private mutating func takeRate(_ word: Word, _ seen: inout Set<String>) {
        guard let (name, value) = word.assignment, let (_, path) = Self.rates.first(where: { $0.0 == name }) else {
            reporter.error(
                word.place, "expected a rate of login, register, refresh or password, such as login=10/m")
            return
        }
        guard seen.insert(name).inserted else {
            reporter.error(word.place, "\"\(name)\" has a rate in this line already")
            return
        }
        settings[keyPath: path] = Quantity.rate(value, reporter) ?? settings[keyPath: path]
    }

    private func check(_ statement: Statement) {
        if settings.absoluteLife < settings.refreshLife {
            reporter.error(
                statement.keyword.place, "\"absolute-life\" is shorter than \"refresh-life\"",
                hint: "a session can't end before its first refresh token; raise one or lower the other")
        }
        if settings.refreshLife <= settings.accessLife {
            reporter.error(
                statement.keyword.place, "\"refresh-life\" is not longer than \"access-life\"",
                hint: "a refresh token must outlive the access token that it renews")
        }
    }
}
