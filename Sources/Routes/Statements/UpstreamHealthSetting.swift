/// `health /healthz every 5s timeout 1s fails 2 passes 2 status 200|204`: a path, then pairs of words in any order.
struct UpstreamHealthSetting {
    private static let names = ["every", "timeout", "fails", "passes", "status"]
    private static let longestPath = 1024

    private let reporter: Reporter
    private var check: Upstream.HealthCheck
    private var given: Set<String> = []

    /// - Returns: nil after an error.
    static func parse(_ arguments: inout Arguments, _ reporter: Reporter) -> Upstream.HealthCheck? {
        guard let path = arguments.next("the path to ask for, such as /healthz"), isPath(path, reporter) else {
            return nil
        }
        var setting = UpstreamHealthSetting(reporter: reporter, check: Upstream.HealthCheck(path: path.text))
        while let name = arguments.nextIfAny() {
            guard setting.take(name, &arguments) else { return nil }
        }
        return setting.check
    }

    private init(reporter: Reporter, check: Upstream.HealthCheck) {
        (self.reporter, self.check) = (reporter, check)
    }

    /// It goes on the wire as it is.
    private static func isPath(_ word: Word, _ reporter: Reporter) -> Bool {
        guard word.bytes.first == UInt8(ascii: "/") else {
            reporter.error(word.place, "expected the path to ask for, which starts with \"/\", such as /healthz")
            return false
        }
        let isPlain = word.bytes.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "#") }
        guard isPlain, word.bytes.count <= longestPath else {
            reporter.error(
                word.place,
                "the path has at most \(longestPath) characters, without blanks, \"#\" and what is not ASCII")
            return false
        }
        return true
    }

    private mutating func take(_ name: Word, _ arguments: inout Arguments) -> Bool {
        guard Self.names.contains(name.text) else {
            reporter.error(
                name.place, "unknown word \"\(name.text)\"; expected \(Self.names.joined(separator: ", "))",
                hint: Suggestion.hint(for: name.text, among: Self.names))
            return false
        }
        guard given.insert(name.text).inserted else {
            reporter.error(name.place, "\"\(name.text)\" may stand once")
            return false
        }
        guard let value = arguments.next("a value after \"\(name.text)\"") else { return false }
        switch name.text {
        case "every": return set(\.interval, Quantity.duration(value, reporter, atLeast: .milliseconds(100)))
        case "timeout": return set(\.timeout, Quantity.duration(value, reporter, atLeast: .milliseconds(10)))
        case "fails": return set(\.fails, Quantity.number(value, in: 1...100, reporter))
        case "passes": return set(\.passes, Quantity.number(value, in: 1...100, reporter))
        default: return set(\.statuses, Self.statuses(value, reporter))
        }
    }

    private mutating func set<Value>(
        _ path: WritableKeyPath<Upstream.HealthCheck, Value>, _ value: Value?
    ) -> Bool {
        guard let value else { return false }
        check[keyPath: path] = value
        return true
    }

    private static func statuses(_ word: Word, _ reporter: Reporter) -> [Int]? {
        let statuses = word.alternatives.map { alternative -> Int? in
            let text = String(decoding: alternative, as: UTF8.self)
            guard Quantity.isDigits(text), let status = Int(text), 200...599 ~= status else { return nil }
            return status
        }
        guard !statuses.contains(nil) else {
            reporter.error(word.place, "expected a status from 200 to 599, or several such as 200|204")
            return nil
        }
        return statuses.compactMap { $0 }
    }
}
