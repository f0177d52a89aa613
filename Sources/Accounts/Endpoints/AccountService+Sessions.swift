internal import AuthFilter
internal import Routes

/// Refreshing, logging out, and what a user sees and ends of his own sessions.
extension AccountService {
    // MARK: refresh

    func refresh(_ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        try refuseCrossSite(request)
        try await limit(request, "refresh", settings.refreshRate)
        let (text, fromCookie) = try presentedRefreshToken(request)
        guard let text else { throw AccountRefusal(.refreshMissing) }
        guard let token = RefreshToken(text) else { throw AccountRefusal(.refreshInvalid) }
        let successor = try cryptography { () throws(CryptoError) in try token.successor(key: keys.refreshKey) }
        let access = newAccess(at: request.now)
        let presented = Rotation.Presented(
            hash: try cryptography { () throws(CryptoError) in try token.hash() },
            successorHash: try cryptography { () throws(CryptoError) in try successor.hash() }, now: request.now,
            life: settings.refreshLife.milliseconds, grace: settings.grace.milliseconds, access: access,
            address: request.address, userAgent: String(request.userAgent.prefix(256)))
        switch try await stored({ () async throws(StoreFault) in try await store.rotate(presented) }) {
        case .rotated(let user, let session, let expiresAt):
            await audit("refreshed", request, user: user, session: session.id)
            return try give(
                successor, until: expiresAt, access, user, session.id, request, wantsCookie: fromCookie)
        case .unknown, .ended, .userDisabled:
            await audit("refresh_failed", request, detail: "unknown or ended")
            throw AccountRefusal(.refreshInvalid)
        case .expired:
            await audit("refresh_failed", request, detail: "expired")
            throw AccountRefusal(.refreshExpired)
        case .reused(let session, let live):
            await audit("refresh_reused", request, session: session.id, detail: "the session was ended")
            _ = try await revoke(live.map(Self.entry))
            throw AccountRefusal(.refreshReused)
        }
    }

    private static func entry(_ access: AccessTokenRow) -> RevocationEntry {
        RevocationEntry(key: Array(access.jti.utf8), value: Array("logged-out".utf8), expiresAt: access.expiresAt)
    }

    /// From the body where there is one, else from the cookie. Both at once are no choice of ours.
    private func presentedRefreshToken(
        _ request: AccountRequest
    ) throws(AccountRefusal) -> (token: [UInt8]?, fromCookie: Bool) {
        let cookie = RefreshCookie(prefix: settings.prefix, for: request).find(in: request.cookies)
        if !request.body.isEmpty {
            let body = try AccountBody(request, names: ["refreshToken"])
            if let text = try body.string("refreshToken") { return (Array(text.utf8), false) }
        }
        switch cookie {
        case .absent: return (nil, true)
        case .value(let value): return (value, true)
        case .ambiguous: throw AccountRefusal(.refreshInvalid, "there are two refresh cookies")
        }
    }

    /// Browsers say where a request comes from (Fetch Metadata, Origin). SameSite keeps the cookie from other sites;
    /// this also keeps out other origins of the same site.
    private func refuseCrossSite(_ request: AccountRequest) throws(AccountRefusal) {
        if request.origins.count == 1, origins.contains(String(decoding: request.origins[0], as: UTF8.self)) { return }
        for site in request.fetchSites where site != Array("same-origin".utf8) && site != Array("none".utf8) {
            throw AccountRefusal(.crossSite)
        }
        for origin in request.origins {
            let text = String(decoding: origin, as: UTF8.self).lowercased()
            guard OwnOrigins.of(host: request.host).contains(text) else { throw AccountRefusal(.crossSite) }
        }
    }

    // MARK: logout

    func logout(_ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        try refuseCrossSite(request)
        // The token at hand first: that is done even if the database can't be used.
        var isComplete = true
        if let bearer = request.bearer {
            isComplete = try await revoke([
                RevocationEntry(
                    key: bearer.revocationKey, value: Array("logged-out".utf8), expiresAt: bearer.expiresAt)
            ])
        }
        var (owner, sessions) = (request.bearer?.subject, [request.bearer?.sessionID].compactMap { $0 })
        var entries: [RevocationEntry] = []
        if let text = try refreshTokenToEnd(request), let token = RefreshToken(text) {
            let hash = try cryptography { () throws(CryptoError) in try token.hash() }
            let session = try await stored { () async throws(StoreFault) in try await store.session(ofToken: hash) }
            if let session {
                sessions.append(session.id)
                owner = session.userID
                entries += try await end(session.id, of: session.userID, request)
            }
        }
        if let bearer = request.bearer, let id = bearer.sessionID {
            entries += try await end(id, of: bearer.subject, request)
        }
        isComplete = try await revoke(entries) && isComplete
        // Anybody may say it as often as he likes: of nobody's logout nothing is kept.
        if let owner { await audit("logged_out", request, session: sessions.first, detail: "user \(owner)") }
        let clear = RefreshCookie(prefix: settings.prefix, for: request).clear()
        return isComplete
            ? AccountAnswer(status: 204, fieldLines: clear)
            : AccountAnswer(status: 202, fieldLines: clear, body: Array("{\"pending\":true}".utf8))
    }

    /// Two cookies, of which one may have been planted, keep nobody from logging out who has an access token.
    private func refreshTokenToEnd(_ request: AccountRequest) throws(AccountRefusal) -> [UInt8]? {
        do throws(AccountRefusal) { return try presentedRefreshToken(request).token } catch {
            guard error.code == .refreshInvalid, request.bearer?.sessionID != nil else { throw error }
            return nil
        }
    }

    /// - Returns: what has to go to the blacklist for it.
    private func end(_ id: String, of user: String, _ request: AccountRequest) async throws(AccountRefusal)
        -> [RevocationEntry]
    {
        let live = try await stored { () async throws(StoreFault) in
            try await store.endSession(id, of: user, at: request.now)
        }
        return (live ?? []).map(Self.entry)
    }

    func logoutAll(_ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        let user = try await caller(request)
        let isComplete = try await endEverything(of: user.id, request).isComplete
        await audit("logged_out_everywhere", request, user: user)
        let clear = RefreshCookie(prefix: settings.prefix, for: request).clear()
        return isComplete
            ? AccountAnswer(status: 204, fieldLines: clear)
            : AccountAnswer(status: 202, fieldLines: clear, body: Array("{\"pending\":true}".utf8))
    }

    /// - Returns: also the moment from which on tokens are good again.
    private func endEverything(
        of userID: String, _ request: AccountRequest
    ) async throws(AccountRefusal) -> (isComplete: Bool, from: Int64) {
        _ = try await stored { () async throws(StoreFault) in
            try await store.endSessions(of: userID, at: request.now)
        }
        // A password is hashed for a while, for seconds perhaps: who got in meanwhile by the old one is out, too. Issued in this
        // very millisecond counts as before.
        let moment = surroundings.now() + 1
        return (try await revoke([cutoff(userID, at: moment)]), moment)
    }

    // MARK: password

    func changePassword(_ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        let body = try AccountBody(request, names: ["currentPassword", "newPassword", "cookie"])
        let values = try body.strings("currentPassword", "newPassword")
        let wantsCookie = try body.boolean("cookie") ?? true
        if let problem = PasswordRules.problem(of: values[1]) {
            throw AccountBody.refusal([.init(name: "newPassword", problem: problem.rawValue)])
        }
        let user = try await prove(values[0], request, isCounted: true)
        let hash = try await hash(values[1])
        var changed = try await replaceHash(of: user, by: hash)
        // A login may have made the old hash anew meanwhile.
        if changed == nil { changed = try await replaceHash(of: try await prove(values[0], request), by: hash) }
        guard let user = changed else { throw AccountRefusal(.credentialsInvalid) }
        let ended = try await endEverything(of: user.id, request)
        await audit("password_changed", request, user: user)
        // The new token is issued at the cutoff, not before it.
        var later = request
        later.now = ended.from
        guard let answer = try await open(for: user, later, wantsCookie: wantsCookie) else {
            throw AccountRefusal(.credentialsInvalid)
        }
        return answer
    }

    /// The caller, if this is his password.
    private func prove(
        _ password: String, _ request: AccountRequest, isCounted: Bool = false
    ) async throws(AccountRefusal) -> User {
        let user = try await caller(request)
        if isCounted { try await limit(request, "password", settings.passwordRate, account: user.email) }
        guard try await verify(password, user.hash) else {
            await audit("password_change_failed", request, user: user, detail: "wrong password")
            throw AccountRefusal(.credentialsInvalid)
        }
        return user
    }

    // MARK: me, sessions

    /// The user whose token it is, who may have gone since it was issued.
    private func caller(_ request: AccountRequest) async throws(AccountRefusal) -> User {
        guard let bearer = request.bearer else { throw AccountRefusal(.tokenInvalid) }
        let user = try await stored { () async throws(StoreFault) in try await store.user(id: bearer.subject) }
        guard let user, !user.isDisabled else { throw AccountRefusal(.tokenInvalid, "there is no such user any more") }
        return user
    }

    func me(_ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        let user = try await caller(request)
        let text = AccountJSON.object([
            ("id", AccountJSON.string(user.id)), ("email", AccountJSON.string(user.email)),
            ("role", AccountJSON.string(user.role)),
            ("createdAt", AccountJSON.string(InternetTime.text(user.createdAt))),
        ])
        return AccountAnswer(status: 200, body: Array(text.utf8))
    }

    func listSessions(_ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        let user = try await caller(request)
        let sessions = try await stored { () async throws(StoreFault) in
            try await store.sessions(of: user.id, at: request.now)
        }
        let list = sessions.map { session in
            AccountJSON.object([
                ("id", AccountJSON.string(session.id)),
                ("createdAt", AccountJSON.string(InternetTime.text(session.createdAt))),
                ("lastUsedAt", AccountJSON.string(InternetTime.text(session.lastUsedAt))),
                ("address", AccountJSON.string(session.address)),
                ("userAgent", AccountJSON.string(session.userAgent)),
                ("current", session.id == request.bearer?.sessionID ? "true" : "false"),
            ])
        }
        return AccountAnswer(status: 200, body: Array("{\"sessions\":[\(list.joined(separator: ","))]}".utf8))
    }

    func endSession(_ id: String, _ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        let user = try await caller(request)
        let live = try await stored { () async throws(StoreFault) in
            try await store.endSession(id, of: user.id, at: request.now)
        }
        guard let live else { throw AccountRefusal(.sessionUnknown) }
        let isComplete = try await revoke(live.map(Self.entry))
        await audit("session_ended", request, user: user, session: id)
        return isComplete
            ? AccountAnswer(status: 204) : AccountAnswer(status: 202, body: Array("{\"pending\":true}".utf8))
    }
}
