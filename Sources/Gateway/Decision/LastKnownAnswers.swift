internal import AuthFilter
internal import RedisBlacklist

/// What the blacklist said lately, for `on-failure last-known`. Only consulted while it can't be asked.
struct LastKnownAnswers {
    private struct Entry {
        var answer: RevocationAnswer
        var at: UnixTime
    }

    /// Tokens remembered on one event loop; beyond it the older half is forgotten, and such tokens are refused.
    static let capacity = 20_000

    private let maxAge: Int64
    private var entries: [[UInt8]: Entry] = [:]

    init(maxAge: Duration) {
        self.maxAge = maxAge.components.seconds * 1000 + maxAge.components.attoseconds / 1_000_000_000_000_000
    }

    mutating func remember(_ answer: RevocationAnswer, for query: RevocationQuery, at now: UnixTime) {
        if entries.count >= Self.capacity { forgetOlderHalf() }
        entries[Self.key(query)] = Entry(answer: answer, at: now)
    }

    func answer(for query: RevocationQuery, at now: UnixTime) -> RevocationAnswer? {
        guard let entry = entries[Self.key(query)], now.milliseconds - entry.at.milliseconds <= maxAge else {
            return nil
        }
        return entry.answer
    }

    /// Both keys, told apart by a length, since either could hold any byte.
    private static func key(_ query: RevocationQuery) -> [UInt8] {
        let token = query.tokenKey ?? []
        return Array("\(token.count):".utf8) + token + (query.subjectKey ?? [])
    }

    private mutating func forgetOlderHalf() {
        let times = entries.values.map(\.at).sorted()
        let middle = times[times.count / 2]
        entries = entries.filter { $0.value.at > middle }
    }
}
