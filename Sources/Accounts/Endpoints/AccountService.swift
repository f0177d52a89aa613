internal import AuthFilter
internal import RateLimits
package import Routes
internal import Synchronization

/// The accounts of one gateway: answers the requests below the prefix.
///
/// Knows nothing of connections; it is asked with an ``AccountRequest`` and answers with an ``AccountAnswer`` or throws an
/// ``AccountRefusal``.
package final class AccountService: Sendable {
    /// What the service needs from outside.
    package struct Surroundings: Sendable {
        /// Writes an entry of the blacklist, its key without the prefix. False: it could not be written now.
        package var revoke: @Sendable (RevocationEntry) async -> Bool
        /// Counts a request under every key, unless one is used up: nil, or after how many seconds to ask again.
        package var limit: @Sendable (_ keys: [String], Rate, _ now: Int64) async -> Int?
        /// One structured line for each event.
        package var report: @Sendable (String) -> Void
        /// Milliseconds since 1970, for what has to be later than a request that waited.
        package var now: @Sendable () -> Int64

        package init(
            revoke: @escaping @Sendable (RevocationEntry) async -> Bool,
            limit: @escaping @Sendable (_ keys: [String], Rate, _ now: Int64) async -> Int?,
            report: @escaping @Sendable (String) -> Void, now: @escaping @Sendable () -> Int64
        ) {
            self.limit = limit
            self.revoke = revoke
            self.report = report
            self.now = now
        }
    }

    let settings: AccountSettings
    let tokens: TokenSettings
    private let allowedOrigins: Mutex<Set<String>>
    private let currentKeys: Mutex<SigningKeys>
    let store: any AccountStore
    let hashing: HashingPool
    let surroundings: Surroundings
    /// Compared with where there is no such user, so that it takes as long.
    let dummyHash: BcryptHash

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameters:
    ///   - database: the path of the file.
    ///   - tokens: issuer, audience and the names of the claims.
    ///   - origins: other origins whose pages may refresh and log out, as browsers send them.
    ///   - hashingThreads: cores − 1, at least one.
    package init(
        _ settings: AccountSettings, database: String, tokens: TokenSettings, origins: [String], keys: SigningKeys,
        hashingThreads: Int,
        _ surroundings: Surroundings
    ) throws(Failure) {
        do throws(StoreFault) { store = try SQLiteAccountStore(path: database) } catch {
            throw Failure(description: "the accounts' database can't be opened: \(error)")
        }
        guard let dummy = BcryptHash.make(RandomText.bytes(16).map { $0 | 1 }, cost: settings.bcryptCost) else {
            throw Failure(description: "bcrypt is not available in libcrypt")
        }
        dummyHash = dummy
        (self.settings, self.tokens, self.surroundings) = (settings, tokens, surroundings)
        currentKeys = Mutex(keys)
        allowedOrigins = Mutex(Set(origins))
        hashing = HashingPool(threads: hashingThreads)
    }

    package func answer(_ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        switch request.endpoint {
        case .register: try await register(request)
        case .login: try await login(request)
        case .refresh: try await refresh(request)
        case .logout: try await logout(request)
        case .logoutAll: try await logoutAll(request)
        case .password: try await changePassword(request)
        case .me: try await me(request)
        case .sessions: try await listSessions(request)
        case .endSession(let id): try await endSession(id, request)
        }
    }

    /// Writes what could not be written to the blacklist before, and removes what is long over. Called every few seconds.
    package func maintain(at now: Int64) async {
        do throws(StoreFault) {
            try await revocations.writeKept(at: now)
            try await store.prune(before: now - 86_400_000)
        } catch { surroundings.report("accounts: \(error)") }
    }

    var keys: SigningKeys { currentKeys.withLock { $0 } }

    /// From now on the newest of these signs. Whoever verifies must know them already.
    package func use(_ keys: SigningKeys) { currentKeys.withLock { $0 = keys } }

    /// Other origins whose pages may refresh and log out.
    var origins: Set<String> { allowedOrigins.withLock { $0 } }

    package func use(origins: [String]) { allowedOrigins.withLock { $0 = Set(origins) } }

    package func stop() { hashing.stop() }

    // MARK: Shared steps

    /// Anything a store throws but a taken address.
    func unavailable(_ fault: StoreFault) -> AccountRefusal {
        var refusal = AccountRefusal(.accountsUnavailable, "the accounts can't be reached now; try again")
        refusal.retryAfter = 1
        refusal.detail = "accounts: \(fault)"
        return refusal
    }

    func stored<Result: Sendable>(
        _ work: () async throws(StoreFault) -> Result
    ) async throws(AccountRefusal) -> Result {
        do throws(StoreFault) { return try await work() } catch { throw unavailable(error) }
    }

    func hashed<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async throws(AccountRefusal) -> Result {
        do throws(HashingPool.Overloaded) { return try await hashing.run(work) } catch {
            var refusal = AccountRefusal(.overloaded, "too many passwords are being checked; try again")
            refusal.retryAfter = 2
            throw refusal
        }
    }

    func limit(
        _ request: AccountRequest, _ name: String, _ rate: Rate, account: String? = nil
    ) async throws(AccountRefusal) {
        let network = ClientNetwork.of(request.address)
        var keys = ["\(name) \(network)"]
        if let account { keys.append("\(name) \(network) \(account)") }
        guard let seconds = await surroundings.limit(keys, rate, request.now) else { return }
        var refusal = AccountRefusal(.rateLimited, "too many requests; try again in \(seconds) s")
        refusal.retryAfter = seconds
        throw refusal
    }

    /// A row and a line for each event. That the row can't be written is told, and fails nothing.
    func audit(
        _ kind: String, _ request: AccountRequest, user: User? = nil, email: String? = nil, session: String? = nil,
        detail: String? = nil
    ) async {
        let event = AuditEvent(
            at: request.now, kind: kind, userID: user?.id ?? request.bearer?.subject, email: user?.email ?? email,
            sessionID: session, address: request.address, requestID: request.requestID, detail: detail)
        surroundings.report(event.line)
        do throws(StoreFault) { try await store.add(event) } catch { surroundings.report("accounts: \(error)") }
    }

    /// - Returns: whether every entry is on the blacklist now; the others are kept and written later.
    func revoke(_ entries: [RevocationEntry]) async throws(AccountRefusal) -> Bool {
        var isComplete = true
        for entry in entries {
            let isWritten = try await stored { () async throws(StoreFault) in try await revocations.write(entry) }
            isComplete = isWritten && isComplete
        }
        return isComplete
    }

    private var revocations: RevocationWriter {
        RevocationWriter(
            store: store, revoke: surroundings.revoke, now: surroundings.now,
            accessLife: settings.accessLife.milliseconds)
    }

    /// All of a user's tokens issued before now.
    func cutoff(_ userID: String, at now: Int64) -> RevocationEntry {
        .cutoff(of: userID, at: now, life: settings.accessLife.milliseconds)
    }
}

extension AuditEvent {
    /// `audit kind=… …`, each value quoted so that nothing of a request can begin a line or a field of its own.
    var line: String {
        let fields: [(String, String?)] = [
            ("kind", kind), ("user", userID), ("email", email), ("session", sessionID), ("address", address),
            ("request_id", requestID), ("detail", detail),
        ]
        let parts = fields.compactMap { name, value in value.map { "\"\(name)\":\(AccountJSON.string($0))" } }
        return "audit {\(parts.joined(separator: ","))}"
    }
}

extension Duration {
    /// Whole milliseconds; settings have no finer parts.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

/// Writes the JSON of answers.
enum AccountJSON {
    static func string(_ text: String) -> String {
        var output: [UInt8] = []
        JSONEscape.append(Array(text.utf8), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(string($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }
}
