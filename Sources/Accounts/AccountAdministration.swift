package import Routes

/// What an administrator does to accounts, beside a running gateway or without one: the database is shared, and what the
/// blacklist has to know is written there, or left for the gateway to write.
package struct AccountAdministration: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package struct UserInformation: Sendable {
        package let id, email, role, createdAt: String
        package let isDisabled: Bool
    }

    package struct SessionInformation: Sendable {
        package let id, createdAt, lastUsedAt, address, userAgent: String
    }

    package enum Change: Sendable {
        case role(String)
        case disable, enable, delete
        case password(String)
        case endSessions
    }

    private let settings: AccountSettings
    private let store: any AccountStore
    private let revocations: RevocationWriter
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - revoke: false where the blacklist could not be written.
    ///   - now: milliseconds since 1970.
    package init(
        _ settings: AccountSettings, database: String, revoke: @escaping @Sendable (RevocationEntry) async -> Bool,
        now: @escaping @Sendable () -> Int64
    ) throws(Failure) {
        do throws(StoreFault) { store = try SQLiteAccountStore(path: database) } catch {
            throw Failure(description: "the accounts' database can't be opened: \(error)")
        }
        (self.settings, self.now) = (settings, now)
        revocations = RevocationWriter(
            store: store, revoke: revoke, now: now, accessLife: settings.accessLife.milliseconds)
    }

    /// - Parameter role: nil: the default.
    package func add(_ email: String, password: String, role: String?) async throws(Failure) {
        guard let address = EmailAddress(email) else { throw Failure(description: "\(email) is no e-mail address") }
        let user = User(
            id: RandomText.hex(bytes: 16), email: address.text, hash: try hash(password),
            role: role ?? settings.defaultRole, createdAt: now())
        do throws(StoreFault) { try await store.addUser(user) } catch {
            throw Failure(description: error.reason == .emailTaken ? "\(address.text) has an account" : "\(error)")
        }
        await audit("user_added", user)
    }

    package func users() async throws(Failure) -> [UserInformation] {
        let users = try await stored { () async throws(StoreFault) in try await store.users() }
        return users.map {
            UserInformation(
                id: $0.id, email: $0.email, role: $0.role, createdAt: InternetTime.text($0.createdAt),
                isDisabled: $0.isDisabled)
        }
    }

    package func sessions(of email: String) async throws(Failure) -> [SessionInformation] {
        let user = try await user(email)
        let sessions = try await stored { () async throws(StoreFault) in
            try await store.sessions(of: user.id, at: now())
        }
        return sessions.map {
            SessionInformation(
                id: $0.id, createdAt: InternetTime.text($0.createdAt), lastUsedAt: InternetTime.text($0.lastUsedAt),
                address: $0.address, userAgent: $0.userAgent)
        }
    }

    /// - Returns: whether the blacklist knows of it already; otherwise the running gateway writes it there.
    package func change(_ email: String, _ change: Change) async throws(Failure) -> Bool {
        let user = try await user(email)
        switch change {
        case .role(let role): try await apply(.role(role), to: user)
        // Who is being deleted may be about to log in: nobody opens a session who is disabled.
        case .disable, .delete: try await apply(.disabled(true), to: user)
        case .enable: try await apply(.disabled(false), to: user)
        case .password(let password): try await apply(.hash(try hash(password)), to: user)
        case .endSessions: break
        }
        // Who got in while the password was hashed is out, too.
        if change.endsSessions {
            _ = try await stored { () async throws(StoreFault) in try await store.endSessions(of: user.id, at: now()) }
        }
        // Before the user is gone: should the process end here, nobody keeps a token of a user that is not there.
        let isComplete = try await change.endsTokens ? cutOff(user) : true
        if case .delete = change { try await apply(.delete, to: user) }
        await audit(change.name, user)
        return isComplete
    }

    // MARK: Steps

    private func user(_ email: String) async throws(Failure) -> User {
        let address = EmailAddress(email)?.text ?? email
        let user = try await stored { () async throws(StoreFault) in try await store.user(email: address) }
        guard let user else { throw Failure(description: "there is no account of \(address)") }
        return user
    }

    private func apply(_ change: UserChange, to user: User) async throws(Failure) {
        _ = try await stored { () async throws(StoreFault) in try await store.changeUser(user.email, change) }
    }

    /// All tokens issued so far, in this very millisecond too.
    private func cutOff(_ user: User) async throws(Failure) -> Bool {
        let entry = RevocationEntry.cutoff(of: user.id, at: now() + 1, life: settings.accessLife.milliseconds)
        return try await stored { () async throws(StoreFault) in try await revocations.write(entry) }
    }

    private func hash(_ password: String) throws(Failure) -> BcryptHash {
        if let problem = PasswordRules.problem(of: password) {
            throw Failure(description: "the password \(problem.rawValue)")
        }
        guard let hash = BcryptHash.make(PasswordRules.normalised(password), cost: settings.bcryptCost) else {
            throw Failure(description: "bcrypt is not available in libcrypt")
        }
        return hash
    }

    private func audit(_ kind: String, _ user: User) async {
        let event = AuditEvent(
            at: now(), kind: kind, userID: user.id, email: user.email, address: "", requestID: "",
            detail: "by command line")
        try? await store.add(event)
    }

    private func stored<Result: Sendable>(
        _ work: () async throws(StoreFault) -> Result
    ) async throws(Failure) -> Result {
        do throws(StoreFault) { return try await work() } catch { throw Failure(description: "\(error)") }
    }
}

extension AccountAdministration.Change {
    fileprivate var name: String {
        switch self {
        case .role: "role_changed"
        case .disable: "user_disabled"
        case .enable: "user_enabled"
        case .delete: "user_deleted"
        case .password: "password_reset"
        case .endSessions: "sessions_ended"
        }
    }

    /// A new role needs no new login: the next refresh tells it.
    fileprivate var endsSessions: Bool {
        switch self {
        case .disable, .password, .delete, .endSessions: true
        case .role, .enable: false
        }
    }

    fileprivate var endsTokens: Bool {
        switch self {
        case .role, .disable, .password, .delete, .endSessions: true
        case .enable: false
        }
    }
}
