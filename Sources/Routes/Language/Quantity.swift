/// Durations, sizes and numbers.
///
///     duration = 1*DIGIT ( "ms" / "s" / "m" / "h" / "d" )
///     size     = 1*DIGIT ( "KB" / "MB" / "GB" )               ; powers of 1024
enum Quantity {
    /// Longer times are mistakes; it also keeps every sum of times far from overflow.
    private static let longest: Int64 = 36_500 * 86_400_000

    static func duration(_ word: Word, _ reporter: Reporter, atLeast minimum: Duration = .zero) -> Duration? {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        guard let (number, factor) = split(word.text, units) else {
            reporter.error(
                word.place, "expected a duration such as 250ms, 5s, 15m, 24h or 7d",
                hint: isDigits(Substring(word.text)) ? "write \(word.text)s for seconds" : nil)
            return nil
        }
        let (milliseconds, overflow) = (number ?? .max).multipliedReportingOverflow(by: factor)
        guard !overflow, milliseconds <= longest else {
            reporter.error(word.place, "the duration is too long; at most 36500d")
            return nil
        }
        guard .milliseconds(milliseconds) >= minimum else {
            let least = minimum <= .milliseconds(1) ? "longer than zero" : "at least \(text(minimum))"
            reporter.error(word.place, "the duration must be \(least)")
            return nil
        }
        return .milliseconds(milliseconds)
    }

    /// `10m`, `10M` and `10MiB` are sizes elsewhere.
    private static func sizeHint(_ text: String) -> String? {
        let digits = text.prefix { $0.isNumber }
        guard !digits.isEmpty, let unit = text.dropFirst(digits.count).first else {
            return digits.isEmpty ? nil : "write \(digits)KB or \(digits)MB"
        }
        return "kKmMgG".contains(unit) ? "write \(digits)\(unit.uppercased())B" : nil
    }

    /// `10/minute`, `10r/s` and `10` are rates elsewhere.
    private static func rateHint(_ parts: [Substring]) -> String? {
        guard let first = parts.first else { return nil }
        let digits = first.prefix { $0.isNumber }
        guard !digits.isEmpty else { return nil }
        let unit = parts.dropFirst().first?.first.map(String.init) ?? ""
        return ["s", "m", "h", "d"].contains(unit) ? "write \(digits)/\(unit)" : "write \(digits)/s or \(digits)/m"
    }

    static func size(_ word: Word, _ reporter: Reporter) -> Int? {
        guard let (number, factor) = split(word.text, [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)]) else {
            reporter.error(word.place, "expected a size such as 64KB or 10MB", hint: sizeHint(word.text))
            return nil
        }
        let (bytes, overflow) = (number ?? .max).multipliedReportingOverflow(by: factor)
        guard !overflow else {
            reporter.error(word.place, "the size is too large")
            return nil
        }
        return Int(bytes)
    }

    static func number(_ word: Word, in range: ClosedRange<Int>, _ reporter: Reporter) -> Int? {
        guard isDigits(word.text), let number = Int(word.text), range ~= number else {
            reporter.error(word.place, "expected a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// `10/m`: a number in a second, minute, hour or day.
    static func rate(_ word: Word, _ reporter: Reporter) -> Rate? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let parts = word.text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, isDigits(parts[0]), let count = Int(parts[0]), 1...1_000_000 ~= count,
            parts[1].count == 1, let unit = parts[1].first, let seconds = units[unit]
        else {
            reporter.error(
                word.place, "expected a rate such as 10/m: a number, \"/\", and s, m, h or d",
                hint: rateHint(parts))
            return nil
        }
        return Rate(count: count, window: .seconds(seconds))
    }

    /// Digits only: `Int` would take a sign as well.
    static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    private static func text(_ duration: Duration) -> String { "\(Int64(duration / .milliseconds(1)))ms" }

    /// The number, nil where it is beyond 64 bits, and its unit's factor; nil where the text isn't of this form.
    private static func split(_ text: String, _ units: [(String, Int64)]) -> (Int64?, Int64)? {
        for (unit, factor) in units where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.count)
            if isDigits(digits) { return (Int64(digits), factor) }
        }
        return nil
    }
}
