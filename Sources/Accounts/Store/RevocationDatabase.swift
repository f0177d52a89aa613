internal import Foundation
internal import GRDB
internal import Synchronization

/// The blacklist in the accounts' database (`blacklist sqlite`): written here, read into memory by the gateway, which looks now and
/// then for what another process has written.
package final class RevocationDatabase: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let queue: DatabaseQueue
    /// The id of the last row that was read.
    private let last = Mutex<Int64>(0)

    package init(path: String) throws(Failure) {
        do throws(StoreFault) { queue = try SQLiteFile.open(path) } catch { throw Failure(description: "\(error)") }
    }

    /// Returns when it is on the disk. The keys are without prefix.
    package func add(_ entry: RevocationEntry, at now: Int64) async throws(Failure) {
        do {
            try await queue.write { database in
                try database.execute(sql: "DELETE FROM revocations WHERE expires_at <= ?", arguments: [now])
                try database.execute(
                    sql: "INSERT OR REPLACE INTO revocations (key, value, expires_at) VALUES (?, ?, ?)",
                    arguments: [Data(entry.key), Data(entry.value), entry.expiresAt])
            }
        } catch { throw Failure(description: SQLiteFile.text(error)) }
    }

    /// What was written since this was asked last, by whomever; at first, everything that lives.
    package func news(at now: Int64) async throws(Failure) -> [RevocationEntry] {
        let from = last.withLock { $0 }
        do {
            let rows = try await queue.read { try Self.rows($0, behind: from, at: now) }
            if let newest = rows.last?.id { last.withLock { $0 = max($0, newest) } }
            return rows.map(\.entry)
        } catch { throw Failure(description: SQLiteFile.text(error)) }
    }

    /// Everything that lives; waits for the disk.
    package func all(at now: Int64) throws(Failure) -> [RevocationEntry] {
        do { return try queue.read { try Self.rows($0, behind: 0, at: now) }.map(\.entry) } catch {
            throw Failure(description: SQLiteFile.text(error))
        }
    }

    private struct NumberedEntry: Sendable {
        var id: Int64
        var entry: RevocationEntry
    }

    private static func rows(_ database: Database, behind id: Int64, at now: Int64) throws -> [NumberedEntry] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM revocations WHERE id > ? AND expires_at > ? ORDER BY id",
            arguments: [id, now]
        ).map { row in
            NumberedEntry(
                id: row["id"],
                entry: RevocationEntry(
                    key: Array(row["key"] as Data), value: Array(row["value"] as Data), expiresAt: row["expires_at"]))
        }
    }
}
