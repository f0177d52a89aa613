internal import Foundation
internal import GRDB

/// Accounts in a SQLite file; see ``SQLiteFile``.
final class SQLiteAccountStore: AccountStore {
    private let queue: DatabaseQueue

    init(path: String) throws(StoreFault) { queue = try SQLiteFile.open(path) }

    private func write<Result: Sendable>(
        _ change: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreFault) -> Result {
        do {
            return try await queue.write(change)
        } catch {
            let taken = (error as? DatabaseError)?.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE
            throw StoreFault(reason: taken ? .emailTaken : .unavailable, description: SQLiteFile.text(error))
        }
    }

    private func read<Result: Sendable>(
        _ question: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreFault) -> Result {
        do {
            return try await queue.read(question)
        } catch {
            throw StoreFault(reason: .unavailable, description: SQLiteFile.text(error))
        }
    }

    // MARK: Users

    func addUser(_ user: User) async throws(StoreFault) {
        try await write { database in
            try database.execute(
                sql: "INSERT INTO users (id, email, hash, role, disabled, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [user.id, user.email, user.hash.text, user.role, user.isDisabled, user.createdAt])
        }
    }

    func user(email: String) async throws(StoreFault) -> User? {
        try await read { try Self.user($0, "email", email) }
    }

    func user(id: String) async throws(StoreFault) -> User? {
        try await read { try Self.user($0, "id", id) }
    }

    func users() async throws(StoreFault) -> [User] {
        try await read { try Row.fetchAll($0, sql: "SELECT * FROM users ORDER BY email").map(User.init) }
    }

    func setHash(_ hash: BcryptHash, of user: User) async throws(StoreFault) -> Bool {
        try await write { database in
            try database.execute(
                sql: "UPDATE users SET hash = ? WHERE id = ? AND hash = ?",
                arguments: [hash.text, user.id, user.hash.text])
            return database.changesCount > 0
        }
    }

    func changeUser(_ email: String, _ change: UserChange) async throws(StoreFault) -> User? {
        try await write { database in
            guard let user = try Self.user(database, "email", email) else { return nil }
            switch change {
            case .role(let role):
                try database.execute(sql: "UPDATE users SET role = ? WHERE id = ?", arguments: [role, user.id])
            case .disabled(let disabled):
                try database.execute(sql: "UPDATE users SET disabled = ? WHERE id = ?", arguments: [disabled, user.id])
            case .hash(let hash):
                try database.execute(sql: "UPDATE users SET hash = ? WHERE id = ?", arguments: [hash.text, user.id])
            case .delete: try database.execute(sql: "DELETE FROM users WHERE id = ?", arguments: [user.id])
            }
            return user
        }
    }

    private static func user(_ database: Database, _ column: String, _ value: String) throws -> User? {
        try Row.fetchOne(database, sql: "SELECT * FROM users WHERE \(column) = ?", arguments: [value]).map(User.init)
    }

    // MARK: Sessions

    func addSession(
        _ session: Session, of user: User, firstToken: RefreshTokenRow, access: AccessTokenRow
    ) async throws(StoreFault) -> Bool {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO sessions (id, user_id, created_at, last_used_at, ends_at, address, user_agent)
                    SELECT ?, id, ?, ?, ?, ?, ? FROM users WHERE id = ? AND hash = ? AND disabled = 0
                    """,
                arguments: [
                    session.id, session.createdAt, session.lastUsedAt, session.endsAt, session.address,
                    session.userAgent, user.id, user.hash.text,
                ])
            guard database.changesCount > 0 else { return false }
            try Self.addToken(database, firstToken, session.id, predecessor: nil)
            try Self.addAccess(database, access, session.id)
            return true
        }
    }

    private static func addToken(
        _ database: Database, _ token: RefreshTokenRow, _ sessionID: String, predecessor: [UInt8]?
    ) throws {
        try database.execute(
            sql: "INSERT INTO refresh_tokens (hash, session_id, predecessor, expires_at) VALUES (?, ?, ?, ?)",
            arguments: [Blob(token.hash), sessionID, predecessor.map { Blob($0) }, token.expiresAt])
    }

    private static func addAccess(_ database: Database, _ access: AccessTokenRow, _ sessionID: String) throws {
        try database.execute(
            sql: "INSERT INTO access_tokens (jti, session_id, expires_at) VALUES (?, ?, ?)",
            arguments: [access.jti, sessionID, access.expiresAt])
    }

    func rotate(_ presented: Rotation.Presented) async throws(StoreFault) -> Rotation.Outcome {
        try await write { try Self.rotate($0, presented) }
    }

    private static func rotate(_ database: Database, _ presented: Rotation.Presented) throws -> Rotation.Outcome {
        guard let token = try tokenRow(database, presented.hash),
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM sessions WHERE id = ?", arguments: [token["session_id"] as String])
        else { return .unknown }
        let session = Session(row)
        guard session.endedAt == nil else { return .ended }
        guard let user = try user(database, "id", session.userID) else { return .unknown }
        guard !user.isDisabled else { return .userDisabled }
        guard presented.now < token["expires_at"], presented.now < session.endsAt else { return .expired }
        let successor = try tokenRow(database, presented.successorHash)
        switch Rotation.judge(
            usedAt: token["used_at"], successorUsedAt: successor?["used_at"], now: presented.now,
            grace: presented.grace)
        {
        case .first: return try advance(database, presented, user, session)
        case .again:
            guard let successor else { return .unknown }
            try addAccess(database, presented.access, session.id)
            return .rotated(user, session, expiresAt: successor["expires_at"])
        case .reused:
            try end(database, "id = ?", session.id, at: presented.now)
            return .reused(session, try liveAccess(database, session.id, at: presented.now))
        }
    }

    private static func advance(
        _ database: Database, _ presented: Rotation.Presented, _ user: User, _ session: Session
    ) throws -> Rotation.Outcome {
        let expiresAt = min(presented.now + presented.life, session.endsAt)
        try database.execute(
            sql: "UPDATE refresh_tokens SET used_at = ? WHERE hash = ?",
            arguments: [presented.now, Blob(presented.hash)])
        try addToken(
            database, RefreshTokenRow(hash: presented.successorHash, expiresAt: expiresAt), session.id,
            predecessor: presented.hash)
        try addAccess(database, presented.access, session.id)
        try database.execute(
            sql: "DELETE FROM access_tokens WHERE session_id = ? AND expires_at < ?",
            arguments: [session.id, presented.now])
        try database.execute(
            sql: "UPDATE sessions SET last_used_at = ?, address = ?, user_agent = ? WHERE id = ?",
            arguments: [presented.now, presented.address, presented.userAgent, session.id])
        return .rotated(user, session, expiresAt: expiresAt)
    }

    private static func tokenRow(_ database: Database, _ hash: [UInt8]) throws -> Row? {
        try Row.fetchOne(database, sql: "SELECT * FROM refresh_tokens WHERE hash = ?", arguments: [Blob(hash)])
    }

    func session(ofToken hash: [UInt8]) async throws(StoreFault) -> Session? {
        try await read { database in
            guard let token = try Self.tokenRow(database, hash) else { return nil }
            return try Row.fetchOne(
                database, sql: "SELECT * FROM sessions WHERE id = ?", arguments: [token["session_id"] as String]
            ).map(Session.init)
        }
    }

    func sessions(of userID: String, at now: Int64) async throws(StoreFault) -> [Session] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM sessions WHERE user_id = ? AND ended_at IS NULL AND ends_at > ?
                    AND EXISTS (SELECT 1 FROM refresh_tokens WHERE session_id = sessions.id AND expires_at > ?)
                    ORDER BY created_at DESC
                    """, arguments: [userID, now, now]
            ).map(Session.init)
        }
    }

    func endSession(_ id: String, of userID: String, at now: Int64) async throws(StoreFault) -> [AccessTokenRow]? {
        try await write { database in
            try database.execute(
                sql: "UPDATE sessions SET ended_at = ? WHERE id = ? AND user_id = ? AND ended_at IS NULL",
                arguments: [now, id, userID])
            // One that had ended before, too.
            let session = try Row.fetchOne(
                database, sql: "SELECT 1 FROM sessions WHERE id = ? AND user_id = ?", arguments: [id, userID])
            return session != nil ? try Self.liveAccess(database, id, at: now) : nil
        }
    }

    private static func liveAccess(_ database: Database, _ sessionID: String, at now: Int64) throws -> [AccessTokenRow]
    {
        try Row.fetchAll(
            database, sql: "SELECT jti, expires_at FROM access_tokens WHERE session_id = ? AND expires_at > ?",
            arguments: [sessionID, now]
        ).map { AccessTokenRow(jti: $0["jti"], expiresAt: $0["expires_at"]) }
    }

    func endSessions(of userID: String, at now: Int64) async throws(StoreFault) -> Int {
        try await write { database in
            try Self.end(database, "user_id = ?", userID, at: now)
            return database.changesCount
        }
    }

    private static func end(_ database: Database, _ condition: String, _ value: String, at now: Int64) throws {
        try database.execute(
            sql: "UPDATE sessions SET ended_at = ? WHERE \(condition) AND ended_at IS NULL", arguments: [now, value])
    }

    // MARK: Audit and revocations

    func add(_ event: AuditEvent) async throws(StoreFault) {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO audit (at, kind, user_id, email, session_id, address, request_id, detail)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    event.at, event.kind, event.userID, event.email, event.sessionID, event.address, event.requestID,
                    event.detail,
                ])
        }
    }

    func addPending(_ entry: RevocationEntry) async throws(StoreFault) {
        try await write { database in
            // A later cutoff of one subject replaces an earlier one, and an earlier one no later.
            try database.execute(
                sql: """
                    INSERT INTO pending_revocations (key, value, expires_at) VALUES (?, ?, ?)
                    ON CONFLICT (key) DO UPDATE
                    SET value = max(value, excluded.value), expires_at = max(expires_at, excluded.expires_at)
                    """,
                arguments: [Blob(entry.key), Blob(entry.value), entry.expiresAt])
        }
    }

    func pending(behind key: [UInt8], at now: Int64) async throws(StoreFault) -> RevocationEntry? {
        try await read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT * FROM pending_revocations WHERE key > ? AND expires_at > ? ORDER BY key LIMIT 1",
                arguments: [Blob(key), now]
            ).map { row in
                RevocationEntry(
                    key: Array(row["key"] as Blob), value: Array(row["value"] as Blob), expiresAt: row["expires_at"])
            }
        }
    }

    func removePending(_ entry: RevocationEntry) async throws(StoreFault) -> Bool {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM pending_revocations WHERE key = ? AND value <= ?",
                arguments: [Blob(entry.key), Blob(entry.value)])
            return database.changesCount > 0
        }
    }

    func prune(before moment: Int64) async throws(StoreFault) {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM sessions WHERE ends_at < ? OR ended_at < ?", arguments: [moment, moment])
            try database.execute(sql: "DELETE FROM pending_revocations WHERE expires_at < ?", arguments: [moment])
        }
    }
}

private typealias Blob = Data

extension User {
    fileprivate init(_ row: Row) {
        self.init(
            id: row["id"], email: row["email"], hash: BcryptHash(text: row["hash"]), role: row["role"],
            isDisabled: row["disabled"], createdAt: row["created_at"])
    }
}

extension Session {
    fileprivate init(_ row: Row) {
        self.init(
            id: row["id"], userID: row["user_id"], createdAt: row["created_at"], lastUsedAt: row["last_used_at"],
            endsAt: row["ends_at"], endedAt: row["ended_at"], address: row["address"], userAgent: row["user_agent"])
    }
}
