/// The block `limits { … }`.
enum LimitsStatement {
    private static let durations: [(String, any WritableKeyPath<Limits, Duration> & Sendable)] = [
        ("header-timeout", \.headerTimeout), ("idle-timeout", \.idleTimeout), ("connect-timeout", \.connectTimeout),
        ("response-timeout", \.responseTimeout), ("body-timeout", \.bodyTimeout),
        ("websocket-timeout", \.webSocketTimeout),
        ("shutdown-grace", \.shutdownGrace), ("drain-delay", \.drainDelay),
    ]
    /// A head must hold a few fields, and fit into the memory of a connection.
    private static let sizes: [(String, any WritableKeyPath<Limits, Int> & Sendable, ClosedRange<Int>)] = [
        ("max-head", \.maxHead, 1024...(1 << 20)), ("max-target", \.maxTarget, 256...(1 << 16)),
    ]
    private static let numbers: [(String, any WritableKeyPath<Limits, Int> & Sendable, ClosedRange<Int>)] = [
        ("max-fields", \.maxFields, 8...1000), ("min-rate", \.minRate, 0...1_000_000),
    ]
    private static let counts: [(String, any WritableKeyPath<Limits, Int?> & Sendable)] = [
        ("max-connections", \.maxConnections), ("max-connections-per-address", \.maxConnectionsPerAddress),
        ("max-requests", \.maxRequests), ("max-requests-per-address", \.maxRequestsPerAddress),
    ]
    private static var keywords: [String] {
        durations.map(\.0) + sizes.map(\.0) + numbers.map(\.0) + counts.map(\.0)
    }

    static func parse(_ statement: Statement, _ reporter: Reporter) -> Limits {
        var limits = Limits()
        var arguments = Arguments(statement, reporter)
        guard let block = statement.block else {
            reporter.error(statement.end, "expected \"{\": \"limits\" is a block")
            return limits
        }
        arguments.finish()
        var once = Once()
        for setting in block {
            let name = setting.keyword.text
            guard keywords.contains(name) else {
                reporter.error(
                    setting.keyword.place, "unknown setting \"\(name)\" of \"limits\"",
                    hint: Suggestion.hint(for: name, among: keywords)
                        ?? "expected one of \(keywords.joined(separator: ", "))")
                continue
            }
            if once.take(setting, reporter) { take(setting, &limits, reporter) }
        }
        return limits
    }

    private static func take(_ statement: Statement, _ limits: inout Limits, _ reporter: Reporter) {
        let name = statement.keyword.text
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let value = arguments.next("a value after \"\(name)\"") else { return }
        arguments.finish()
        if let (_, path) = durations.first(where: { $0.0 == name }) {
            let duration = Quantity.duration(value, reporter, atLeast: name == "drain-delay" ? .zero : .milliseconds(1))
            limits[keyPath: path] = duration ?? limits[keyPath: path]
        } else if let (_, path, range) = sizes.first(where: { $0.0 == name }) {
            guard let size = Quantity.size(value, reporter) else { return }
            guard range ~= size else {
                reporter.error(
                    value.place, "expected a size from \(range.lowerBound) to \(range.upperBound) bytes")
                return
            }
            limits[keyPath: path] = size
        } else if let (_, path, range) = numbers.first(where: { $0.0 == name }) {
            limits[keyPath: path] = Quantity.number(value, in: range, reporter) ?? limits[keyPath: path]
        } else if let (_, path) = counts.first(where: { $0.0 == name }) {
            limits[keyPath: path] = Quantity.number(value, in: 1...1_000_000, reporter)
        }
    }
}
