/// Where users and sessions are kept. Narrow, so that another database can stand behind it.
///
/// Every method is one transaction: it happened whole or not at all, also when the process dies in it.
protocol AccountStore: Sendable {
    func addUser(_ user: User) async throws(StoreFault)
    func user(email: String) async throws(StoreFault) -> User?
    func user(id: String) async throws(StoreFault) -> User?
    /// - Returns: whether it was done: not where the user has another hash than the one that was compared.
    func setHash(_ hash: BcryptHash, of user: User) async throws(StoreFault) -> Bool
    func users() async throws(StoreFault) -> [User]
    /// - Returns: nil where there is no such user.
    func changeUser(_ email: String, _ change: UserChange) async throws(StoreFault) -> User?

    /// - Returns: whether it was done: not where the user is disabled by now, or has another hash than the one that was compared.
    func addSession(
        _ session: Session, of user: User, firstToken: RefreshTokenRow, access: AccessTokenRow
    ) async throws(StoreFault) -> Bool
    /// Exchanges a token for its one successor, or says why not. See ``Rotation``.
    func rotate(_ presented: Rotation.Presented) async throws(StoreFault) -> Rotation.Outcome
    /// The session that a token belongs to, whatever its state.
    func session(ofToken hash: [UInt8]) async throws(StoreFault) -> Session?
    func sessions(of userID: String, at now: Int64) async throws(StoreFault) -> [Session]
    /// - Returns: its access tokens that still live, also where it had ended before, since they may not have got to the blacklist
    ///   then; nil where there is no such session.
    func endSession(_ id: String, of userID: String, at now: Int64) async throws(StoreFault) -> [AccessTokenRow]?
    func endSessions(of userID: String, at now: Int64) async throws(StoreFault) -> Int

    func add(_ event: AuditEvent) async throws(StoreFault)
    /// A blacklist entry that is not written yet; of two cutoffs of one subject the later one stays.
    func addPending(_ entry: RevocationEntry) async throws(StoreFault)
    /// The first whose key is behind `key`.
    func pending(behind key: [UInt8], at now: Int64) async throws(StoreFault) -> RevocationEntry?
    /// It is written. A later one with the same key stays.
    ///
    /// - Returns: false where a later one has taken its place, or it is gone.
    func removePending(_ entry: RevocationEntry) async throws(StoreFault) -> Bool
    /// Removes what is long over.
    func prune(before moment: Int64) async throws(StoreFault)
}

/// What keeps the database from answering; for the operator, and 503 for the client.
struct StoreFault: Error, CustomStringConvertible {
    enum Reason: Equatable { case emailTaken, unavailable }

    var reason: Reason
    var description: String
}

/// Times are milliseconds since 1970.
struct User: Sendable, Equatable {
    var id: String
    /// Normalised: see ``EmailAddress``.
    var email: String
    var hash: BcryptHash
    var role: String
    var isDisabled = false
    var createdAt: Int64
}

enum UserChange: Sendable {
    case role(String)
    case disabled(Bool)
    case hash(BcryptHash)
    case delete
}

struct Session: Sendable, Equatable {
    var id: String
    var userID: String
    var createdAt: Int64
    var lastUsedAt: Int64
    /// The end of the whole family, however often it is refreshed.
    var endsAt: Int64
    var endedAt: Int64?
    var address: String
    var userAgent: String
}

struct RefreshTokenRow: Sendable, Equatable {
    var hash: [UInt8]
    var expiresAt: Int64
}

struct AccessTokenRow: Sendable, Equatable {
    var jti: String
    var expiresAt: Int64
}

struct AuditEvent: Sendable {
    var at: Int64
    var kind: String
    var userID: String?
    var email: String?
    var sessionID: String?
    var address: String
    var requestID: String
    var detail: String?
}

/// A key of the blacklist, its value, and until when it counts.
package struct RevocationEntry: Sendable, Equatable {
    package var key: [UInt8]
    package var value: [UInt8]
    package var expiresAt: Int64

    package init(key: [UInt8], value: [UInt8], expiresAt: Int64) {
        self.key = key
        self.value = value
        self.expiresAt = expiresAt
    }

    /// Another cutoff of the same user must not be replaced by an earlier one.
    var isCutoff: Bool { key.starts(with: "sub:".utf8) }

    /// The moment, where it is one.
    var cutoff: Int64? { isCutoff ? Int64(String(decoding: value, as: UTF8.self)) : nil }

    /// All tokens of a user issued before `now`, none of which lives longer than `life`, in milliseconds.
    static func cutoff(of userID: String, at now: Int64, life: Int64) -> RevocationEntry {
        cutoff(key: Array("sub:\(userID)".utf8), at: now, life: life)
    }

    static func cutoff(key: [UInt8], at now: Int64, life: Int64) -> RevocationEntry {
        RevocationEntry(key: key, value: Array("\(now)".utf8), expiresAt: now + life)
    }
}
