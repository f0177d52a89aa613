internal import Accounts
internal import Logging
internal import NIOCore
internal import RedisBlacklist

/// `blacklist sqlite`: the database keeps it, every event loop has a copy of it, and no request waits for either.
final class EmbeddedBlacklist: Sendable {
    /// How long a logout that another process wrote (`gateway revoke`, `gateway users`) may take to be known.
    static let interval: Duration = .milliseconds(250)

    private let database: RevocationDatabase
    private let copies = LoopRegistry<LoopBlacklist>()
    private let logger: Logger

    init(_ database: RevocationDatabase, logger: Logger) {
        (self.database, self.logger) = (database, logger)
    }

    /// The copy of one event loop, on that loop; filled by the next ``refresh()``.
    func makeCopy(on eventLoop: any EventLoop) -> LoopBlacklist {
        let copy = LoopBlacklist()
        copies.add(copy, of: eventLoop)
        return copy
    }

    /// Returns when it is on the disk and every event loop knows of it; false when it could not be written.
    func add(_ entry: RevocationEntry) async -> Bool {
        do throws(RevocationDatabase.Failure) {
            try await database.add(entry, at: WallTime.milliseconds())
        } catch {
            logger.error("blacklist: a logout could not be written: \(error.description.printable); trying again")
            return false
        }
        await deliver([entry])
        return true
    }

    /// Reads what is new.
    func refresh() async throws(RevocationDatabase.Failure) {
        let news = try await database.news(at: WallTime.milliseconds())
        if !news.isEmpty { await deliver(news) }
    }

    /// Until it is cancelled.
    func watch() async {
        var isFailing = false
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            guard !Task.isCancelled else { return }
            do throws(RevocationDatabase.Failure) {
                try await refresh()
                isFailing = false
            } catch {
                // A reading that the gateway's own end broke off is no failure.
                if Task.isCancelled { return }
                if !isFailing { logger.error("blacklist: can't be read: \(error.description.printable)") }
                isFailing = true
            }
        }
    }

    private func deliver(_ entries: [RevocationEntry]) async {
        let now = WallTime.milliseconds()
        await copies.update { $0.take(entries, at: now) }
    }
}

/// One event loop's copy. Confined to it.
final class LoopBlacklist: RevocationSource {
    private struct Entry {
        var value: [UInt8]
        var expiresAt: Int64
    }

    private var entries: [BlacklistKey: Entry] = [:]
    private var nextSweep = 1024

    func take(_ news: [RevocationEntry], at now: Int64) {
        for entry in news {
            entries[BlacklistKey(entry.key)] = Entry(value: entry.value, expiresAt: entry.expiresAt)
        }
        guard entries.count >= nextSweep else { return }
        entries = entries.filter { $0.value.expiresAt > now }
        nextSweep = max(1024, entries.count * 2)
    }

    func known(_ query: RevocationQuery) -> RevocationAnswer? { answer(query) }

    func ask(_ query: RevocationQuery, _ completion: @escaping (RevocationAnswer) -> Void) -> RevocationAnswer? {
        answer(query)
    }

    private func answer(_ query: RevocationQuery) -> RevocationAnswer {
        guard !entries.isEmpty else { return .clear }
        if let key = query.tokenKey, live(key) != nil { return .revoked }
        guard let key = query.subjectKey, let value = live(key) else { return .clear }
        return RevocationAnswer(getReply: .string(value)) ?? .subjectCutoffInvalid
    }

    /// The value of a key that has not expired. The time is asked only where there is one.
    private func live(_ key: [UInt8]) -> [UInt8]? {
        guard let entry = entries[BlacklistKey(key)], entry.expiresAt > WallTime.milliseconds() else { return nil }
        return entry.value
    }

    func close() { entries = [:] }
}
