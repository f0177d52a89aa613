/// The settings of an upstream's block that say how much its servers get.
struct UpstreamLoadSettings {
    static let keywords = ["retries", "max-requests", "queue"]

    private(set) var retryPercent = 20
    private var maxRequests: Int?
    private var queue: (count: Int, patience: Duration, place: Place)?

    /// - Returns: false after an error.
    mutating func take(
        _ name: String, _ statement: Statement, _ arguments: inout Arguments, _ reporter: Reporter
    ) -> Bool {
        switch name {
        case "retries": return takeRetries(&arguments, reporter)
        case "max-requests": return takeLimit(&arguments, reporter)
        default: return takeQueue(statement.keyword.place, &arguments, reporter)
        }
    }

    var limit: Upstream.Limit? {
        guard let maxRequests else { return nil }
        var limit = Upstream.Limit(maxRequests: maxRequests)
        if let queue { (limit.queue, limit.patience) = (queue.count, queue.patience) }
        return limit
    }

    /// False after an error: nobody waits for servers that take any number of requests.
    func isWhole(_ reporter: Reporter) -> Bool {
        guard let queue, maxRequests == nil else { return true }
        reporter.error(
            queue.place, "this means nothing without a limit to wait for", hint: "write max-requests 50 besides")
        return false
    }

    /// `retries 20%`, `retries off`
    private mutating func takeRetries(_ arguments: inout Arguments, _ reporter: Reporter) -> Bool {
        guard let word = arguments.next("how many requests may be sent again, such as 20%; or off") else {
            return false
        }
        arguments.finish()
        if word.isSign("off") {
            retryPercent = 0
            return true
        }
        let digits = word.text.dropLast()
        guard word.text.hasSuffix("%"), Quantity.isDigits(digits), let percent = Int(digits), 1...100 ~= percent else {
            reporter.error(word.place, "expected a share from 1% to 100%, or off")
            return false
        }
        retryPercent = percent
        return true
    }

    private mutating func takeLimit(_ arguments: inout Arguments, _ reporter: Reporter) -> Bool {
        guard let word = arguments.next("how many requests each server may have at a time") else { return false }
        arguments.finish()
        maxRequests = Quantity.number(word, in: 1...1_000_000, reporter)
        return maxRequests != nil
    }

    /// `queue 100 for 1s`, `queue off`
    private mutating func takeQueue(_ place: Place, _ arguments: inout Arguments, _ reporter: Reporter) -> Bool {
        guard let word = arguments.next("how many requests may wait for how long, such as 100 for 1s; or off") else {
            return false
        }
        if word.isSign("off") {
            arguments.finish()
            queue = (0, .zero, place)
            return true
        }
        guard let count = Quantity.number(word, in: 1...10_000, reporter),
            let sign = arguments.next("\"for\" and how long, such as: queue 100 for 1s")
        else { return false }
        guard sign.isSign("for") else {
            reporter.error(sign.place, "expected \"for\"", hint: "write queue \(count) for 1s")
            return false
        }
        guard let time = arguments.next("for how long, such as 1s"),
            let patience = Quantity.duration(time, reporter, atLeast: .milliseconds(100))
        else { return false }
        arguments.finish()
        queue = (count, patience, place)
        return true
    }
}
