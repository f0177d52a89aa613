/// The block `tokens { … }`.
struct TokensStatement {
    private static let keywords = [
        "key", "issuer", "audience", "leeway", "max-lifetime", "subject", "role", "scope", "email",
        "invalid-token-status",
    ]
    /// Settings that may stand more than once.
    private static let repeatable: Set<String> = ["key", "issuer", "audience"]

    private let reporter: Reporter
    private var settings: TokenSettings
    private var once = Once()
    /// Where each `kid` stands.
    private var kids: [[UInt8]: Int] = [:]
    /// Counts keys that have errors of their own, too.
    private var hasKey = false

    static func parse(_ statement: Statement, needsKey: Bool, _ reporter: Reporter) -> TokenSettings {
        var arguments = Arguments(statement, reporter)
        arguments.finish(masking: true)
        var parser = TokensStatement(statement, reporter)
        guard let block = statement.block else {
            reporter.error(statement.end, "expected \"{\": \"tokens\" is a block")
            return parser.settings
        }
        for setting in block { parser.take(setting) }
        parser.check(statement, needsKey: needsKey)
        return parser.settings
    }

    private init(_ statement: Statement, _ reporter: Reporter) {
        self.reporter = reporter
        settings = TokenSettings(keys: [], line: statement.line)
    }

    private mutating func take(_ statement: Statement) {
        let name = statement.keyword.text
        guard Self.keywords.contains(name) else {
            statement.arguments.forEach { reporter.mask($0.place) }
            reporter.error(
                statement.keyword.place, "unknown setting of \"tokens\"",
                hint: Suggestion.hint(for: name, among: Self.keywords)
                    ?? "expected one of \(Self.keywords.joined(separator: ", "))")
            return
        }
        guard Self.repeatable.contains(name) || once.take(statement, reporter) else { return }
        if name == "key" { return takeKey(statement) }
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let value = arguments.next("a value after \"\(name)\"") else { return }
        arguments.finish()
        guard !value.bytes.isEmpty else {
            reporter.error(value.place, "expected a value that isn't empty")
            return
        }
        take(name, value)
    }

    private mutating func take(_ name: String, _ value: Word) {
        switch name {
        case "issuer": settings.issuers.append(value.bytes)
        case "audience": settings.audiences.append(value.bytes)
        case "leeway": settings.leeway = Quantity.duration(value, reporter) ?? settings.leeway
        case "max-lifetime":
            settings.maxLifetime = Quantity.duration(value, reporter, atLeast: .milliseconds(1))
        case "subject": settings.subjectClaim = value.bytes
        case "role": settings.roleClaim = value.bytes
        case "scope": settings.scopeClaim = value.bytes
        case "email": settings.emailClaim = value.bytes
        default: takeStatus(value)
        }
    }

    private mutating func takeStatus(_ value: Word) {
        switch value.text {
        case "401": settings.invalidTokenStatus = .unauthorized
        case "403": settings.invalidTokenStatus = .forbidden
        default: reporter.error(value.place, "expected 401 or 403")
        }
    }

    private mutating func takeKey(_ statement: Statement) {
        hasKey = true
        guard let key = KeyStatement.parse(statement, reporter) else { return }
        if let kid = key.kid {
            if let line = kids[kid] {
                let place = statement.words.first { $0.assignment?.name == "kid" }?.place ?? statement.keyword.place
                reporter.error(place, "the key in line \(line) has the same kid")
            } else {
                kids[kid] = statement.line
            }
        }
        settings.keys.append(key)
    }

    private func check(_ statement: Statement, needsKey: Bool) {
        if needsKey, !hasKey {
            reporter.error(
                statement.keyword.place, "\"tokens\" has no key: no token could be valid",
                hint: "add a line such as: key HS256 env:ACCESS_TOKEN_SECRET")
        }
        if settings.issuers.isEmpty {
            reporter.warning(
                statement.keyword.place, "no \"issuer\": tokens that anyone else signs with these keys are valid here",
                hint: "add a line with the name that your tokens carry as \"iss\": issuer https://issuer.example",
                kind: .missingIssuer)
        }
        if settings.audiences.isEmpty {
            reporter.warning(
                statement.keyword.place, "no \"audience\": tokens that were issued for other services are valid here",
                hint: "add a line with the name that your tokens carry as \"aud\": audience NAME",
                kind: .missingAudience)
        }
    }
}
