/// `METHODS PATH WHO [OPTIONS] [-> UPSTREAM]`: a rule but for its upstream, which may be named later in the file.
struct RouteStatement {
    /// Of the block it stands in, or of `host=`; empty: it stands outside and says none.
    let hosts: [HostPattern]
    let methods: RuleMethods
    let path: Word
    let pattern: PathPattern
    let access: Access
    /// The word that says it.
    let accessPlace: Place
    let options: RouteOptions
    /// nil: left out.
    let upstream: Word?
    let statement: Statement

    /// True for a line that is meant as a rule: its first word looks like methods, or its second like a path.
    static func isMeant(_ statement: Statement) -> Bool {
        let first = statement.keyword.text
        return first == "*" || first.contains(",") || isJoinedByBars(first) || Method(name: first) != nil
            || statement.words.count > 1 && statement.words[1].bytes.first == PathBytes.Character.slash
    }

    /// `GET|POST`
    private static func isJoinedByBars(_ text: String) -> Bool {
        text.contains("|") && text.split(separator: "|").allSatisfy { Method(name: $0.uppercased()) != nil }
    }

    /// A token is looked at on the rule.
    var readsTokens: Bool {
        switch access {
        case .optional, .authenticated, .conditions: true
        case .public, .deny: false
        }
    }

    /// nil after an error.
    ///
    /// - Parameter block: the hosts of the block it stands in; nil: it stands in none.
    init?(_ statement: Statement, in block: [HostPattern]? = nil, _ reporter: Reporter) {
        self.statement = statement
        if statement.keyword.text.hasSuffix(",") || Self.isJoinedByBars(statement.keyword.text) {
            let names = statement.words.prefix { $0.bytes.first != PathBytes.Character.slash }
            let joined = names.flatMap { $0.text.split { ",|".contains($0) } }.joined(separator: ",")
            reporter.error(
                statement.keyword.place, "methods are joined by commas without blanks", hint: "write \(joined)")
            return nil
        }
        let methods = MethodsParser.parse(statement.keyword, reporter)
        // A word that is like no method begins no rule: what else is wrong in the line is of the same cause.
        if methods == nil, !MethodsParser.isLike(statement.keyword.text) { return nil }
        if statement.block != nil {
            reporter.error(statement.keyword.place, "a rule has no block; a path with {name} needs no blank before it")
        }
        guard let path = statement.arguments.first else {
            reporter.error(statement.end, "expected a path after the methods")
            return nil
        }
        let parser = PatternParser(path, reporter)
        var tail = RouteTail(isInHost: block != nil, reporter)
        tail.take(statement.arguments.dropFirst(), after: statement.end)
        let access = tail.access.finish(path)
        if let parser { Self.check(parser.needed.subtracting(tail.options.options.tolerate), path, reporter) }
        guard let methods, let parser, let access, let place = tail.access.place else { return nil }
        hosts = block ?? tail.options.hosts
        self.methods = methods
        self.path = path
        pattern = parser.pattern
        self.access = access
        accessPlace = place
        options = tail.options.options
        upstream = tail.upstream
    }

    static func check(_ missing: Tolerance, _ path: Word, _ reporter: Reporter) {
        for (name, tolerance) in Tolerance.named where missing.contains(tolerance) {
            let what = TargetAmbiguity.allCases.first { $0.tolerance == tolerance }
            reporter.error(
                path.place, "no request can match: \(what?.explanation ?? name), which is refused",
                hint: "add tolerate=\(name) to open it for this rule")
        }
    }
}
