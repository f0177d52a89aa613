/// `upstream NAME http://HOST:PORT/BASE`, or a block with several servers, or both.
struct UpstreamStatement {
    private static let keywords =
        ["server", "host", "strip-prefix", "locations", "ca", "server-name", "certificate"]
        + UpstreamChoiceSettings.keywords
        + UpstreamLoadSettings.keywords

    private let reporter: Reporter
    private var once = Once()
    private var servers: [Upstream.Server] = []
    private var basePath: String?
    private var host = Upstream.HostPolicy.keep
    private var stripPrefix: String?
    private var rewritesLocations = true
    private var tls = UpstreamTLSSettings()
    private var choice = UpstreamChoiceSettings()
    private var load = UpstreamLoadSettings()
    /// False after an error.
    private var isValid = true

    static func parse(_ statement: Statement, _ reporter: Reporter) -> Upstream? {
        var arguments = Arguments(statement, reporter)
        guard let name = arguments.next("a name for the upstream, such as app") else { return nil }
        if name.text.contains("://") || name.text.hasPrefix("unix:"), arguments.isAtEnd {
            reporter.error(
                name.place, "expected a name for the upstream before its URL", hint: "write upstream app \(name.text)")
            return nil
        }
        var parser = UpstreamStatement(reporter)
        parser.takeURL(statement, &arguments)
        for setting in statement.block ?? [] { parser.take(setting) }
        parser.requireServer(statement, name)
        parser.requireTLS()
        if !parser.load.isWhole(reporter) { parser.isValid = false }
        guard isName(name.text) else {
            reporter.error(
                name.place, "expected a name for the upstream: a letter, then letters, digits, \"-\" or \"_\"")
            return nil
        }
        return parser.isValid ? parser.upstream(name.text, line: statement.line) : nil
    }

    private init(_ reporter: Reporter) {
        self.reporter = reporter
    }

    /// A letter first: so a name is never taken for a status in `expect`.
    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, ASCII.isLetter(first) else { return false }
        return text.utf8.allSatisfy {
            ASCII.isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "-_".utf8.contains($0)
        }
    }

    private func upstream(_ name: String, line: Int) -> Upstream {
        var upstream = Upstream(
            name: name, servers: servers, basePath: basePath ?? "", hostPolicy: host, stripPrefix: stripPrefix,
            tls: servers.first?.scheme == .https ? tls.settings : nil, line: line)
        upstream.rewritesLocations = rewritesLocations
        upstream.balance = choice.balance
        upstream.ejection = choice.ejection
        upstream.health = choice.health
        upstream.retryPercent = load.retryPercent
        upstream.limit = load.limit
        return upstream
    }

    /// Before a block the URL may be left out.
    private mutating func takeURL(_ statement: Statement, _ arguments: inout Arguments) {
        let expected = "the upstream's URL, such as http://127.0.0.1:3000"
        let url = statement.block == nil ? arguments.next(expected) : arguments.nextIfAny()
        if let url {
            takeServer(url)
        } else if statement.block == nil {
            isValid = false
        }
        arguments.finish()
    }

    private mutating func take(_ statement: Statement) {
        let name = statement.keyword.text
        guard Self.keywords.contains(name) else {
            isValid = false
            return reporter.error(
                statement.keyword.place, "unknown setting \"\(name)\" of \"upstream\"",
                hint: Suggestion.hint(for: name, among: Self.keywords)
                    ?? "expected one of \(Self.keywords.joined(separator: ", "))")
        }
        guard name == "server" || once.take(statement, reporter) else { return }
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        if UpstreamTLSSettings.keywords.contains(name) {
            if !tls.take(name, statement, &arguments, reporter) { isValid = false }
            return
        }
        if UpstreamChoiceSettings.keywords.contains(name) {
            if !choice.take(name, &arguments, reporter) { isValid = false }
            return
        }
        if UpstreamLoadSettings.keywords.contains(name) {
            if !load.take(name, statement, &arguments, reporter) { isValid = false }
            return
        }
        guard let value = arguments.next("a value after \"\(name)\"") else {
            isValid = false
            return
        }
        arguments.finish()
        switch name {
        case "server": takeServer(value)
        case "host": takeHost(value)
        case "locations": takeLocations(value)
        default: takeStripPrefix(value)
        }
    }

    private mutating func takeServer(_ word: Word) {
        guard let url = UpstreamURL(word, reporter) else {
            isValid = false
            return
        }
        let line = word.place.line
        if let same = servers.first(where: { $0.isSame(as: url) }) {
            isValid = false
            return reporter.error(word.place, "line \(same.line) names this server already")
        }
        if let basePath, let first = servers.first, basePath != url.basePath {
            isValid = false
            return reporter.error(
                word.place,
                "the servers of an upstream have one base path; line \(first.line) has \(Self.name(basePath))",
                hint: Self.repaired(word, url, basePath))
        }
        if let first = servers.first, (first.scheme == .https) != (url.scheme == .https) {
            isValid = false
            return reporter.error(
                word.place,
                "the servers of an upstream all speak TLS or none does; line \(first.line) has \(first.text)")
        }
        basePath = url.basePath
        servers.append(Upstream.Server(url.scheme, host: url.host, port: url.port, line: line))
    }

    private static func repaired(_ word: Word, _ url: UpstreamURL, _ basePath: String) -> String? {
        guard url.scheme != .unix else { return nil }
        let start = "\(url.scheme.rawValue)://"
        return "write \(start)\(word.text.dropFirst(start.count).prefix { $0 != "/" })\(basePath)"
    }

    private static func name(_ basePath: String) -> String { basePath.isEmpty ? "none" : basePath }

    private mutating func takeHost(_ word: Word) {
        if word.isSign("keep") { return host = .keep }
        guard HostPort(Substring(word.text), of: word, lowestPort: 1, reporter) != nil else {
            isValid = false
            return
        }
        host = .set(word.text)
    }

    private mutating func takeLocations(_ word: Word) {
        switch word.text {
        case "rewrite": rewritesLocations = true
        case "keep": rewritesLocations = false
        default:
            isValid = false
            reporter.error(word.place, "expected locations rewrite or locations keep")
        }
    }

    private mutating func takeStripPrefix(_ word: Word) {
        guard PathPrefix.check(Substring(word.text), of: word, "the prefix", reporter) else {
            isValid = false
            return
        }
        stripPrefix = word.text
    }

    private mutating func requireTLS() {
        guard isValid, let place = tls.place, servers.first?.scheme != .https else { return }
        isValid = false
        reporter.error(
            place, "this means nothing without TLS to the servers", hint: "write server https://HOST:PORT")
    }

    /// A faulty server was reported already.
    private mutating func requireServer(_ statement: Statement, _ name: Word) {
        guard servers.isEmpty, isValid else { return }
        isValid = false
        reporter.error(
            name.place, "the upstream \"\(name.text)\" has no server",
            hint: "add a line to its block, such as: server http://127.0.0.1:3000")
    }
}

extension Upstream.Server {
    fileprivate func isSame(as url: UpstreamURL) -> Bool {
        guard scheme == .unix || url.scheme == .unix else {
            return host.lowercased() == url.host.lowercased() && port == url.port
        }
        return scheme == url.scheme && host == url.host
    }
}
