/// The settings of an upstream's block that say which server a request goes to.
struct UpstreamChoiceSettings {
    static let keywords = ["balance", "eject", "health"]

    private(set) var balance = Upstream.Balance.roundRobin
    private(set) var ejection: Upstream.Ejection? = Upstream.Ejection()
    private(set) var health: Upstream.HealthCheck?

    /// - Returns: false after an error.
    mutating func take(_ name: String, _ arguments: inout Arguments, _ reporter: Reporter) -> Bool {
        switch name {
        case "balance": return takeBalance(&arguments, reporter)
        case "eject": return takeEjection(&arguments, reporter)
        default:
            health = UpstreamHealthSetting.parse(&arguments, reporter)
            return health != nil
        }
    }

    private mutating func takeBalance(_ arguments: inout Arguments, _ reporter: Reporter) -> Bool {
        let names = Upstream.Balance.allCases.map(\.rawValue)
        guard let word = arguments.next(names.joined(separator: " or ")) else { return false }
        arguments.finish()
        guard let balance = Upstream.Balance(rawValue: word.text) else {
            reporter.error(
                word.place, "unknown word \"\(word.text)\"; expected \(names.joined(separator: " or "))",
                hint: Suggestion.hint(for: word.text, among: names))
            return false
        }
        self.balance = balance
        return true
    }

    /// `eject 5 for 10s`, `eject off`
    private mutating func takeEjection(_ arguments: inout Arguments, _ reporter: Reporter) -> Bool {
        guard let count = arguments.next("after how many failures for how long, such as 5 for 10s; or off") else {
            return false
        }
        if count.isSign("off") {
            arguments.finish()
            ejection = nil
            return true
        }
        guard let failures = Quantity.number(count, in: 1...1000, reporter),
            let sign = arguments.next("\"for\" and how long, such as: eject 5 for 10s")
        else { return false }
        guard sign.isSign("for") else {
            reporter.error(sign.place, "expected \"for\"", hint: "write eject \(failures) for 10s")
            return false
        }
        guard let time = arguments.next("for how long, such as 10s"),
            let duration = Quantity.duration(time, reporter, atLeast: .milliseconds(100))
        else { return false }
        arguments.finish()
        var ejection = Upstream.Ejection()
        (ejection.failures, ejection.duration) = (failures, duration)
        self.ejection = ejection
        return true
    }
}
