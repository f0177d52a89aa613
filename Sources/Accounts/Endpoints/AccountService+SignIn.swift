internal import AuthFilter
internal import Routes

/// Registering and logging in.
extension AccountService {
    func register(_ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        guard settings.registration == .open else { throw AccountRefusal(.registrationClosed) }
        let body = try AccountBody(request, names: ["email", "password"])
        let values = try body.strings("email", "password")
        var fields: [AccountRefusal.Field] = []
        let email = EmailAddress(values[0])
        if email == nil { fields.append(.init(name: "email", problem: "is no e-mail address")) }
        if let problem = PasswordRules.problem(of: values[1]) {
            fields.append(.init(name: "password", problem: problem.rawValue))
        }
        guard let email, fields.isEmpty else { throw AccountBody.refusal(fields) }
        try await limit(request, "register", settings.registerRate, account: email.text)
        let user = try await makeUser(email, password: values[1], role: settings.defaultRole, at: request.now)
        do throws(StoreFault) { try await store.addUser(user) } catch {
            guard error.reason == .emailTaken else { throw unavailable(error) }
            await audit("register_refused", request, email: email.text, detail: "email taken")
            throw AccountRefusal(.emailTaken)
        }
        await audit("registered", request, user: user)
        let text = AccountJSON.object([
            (
                "user",
                AccountJSON.object([
                    ("id", AccountJSON.string(user.id)), ("email", AccountJSON.string(user.email)),
                    ("role", AccountJSON.string(user.role)),
                ])
            )
        ])
        return AccountAnswer(status: 201, body: Array(text.utf8))
    }

    func makeUser(
        _ email: EmailAddress, password: String, role: String, at now: Int64
    ) async throws(AccountRefusal) -> User {
        User(
            id: RandomText.hex(bytes: 16), email: email.text, hash: try await hash(password), role: role,
            createdAt: now)
    }

    func hash(_ password: String) async throws(AccountRefusal) -> BcryptHash {
        let cost = settings.bcryptCost
        let bytes = PasswordRules.normalised(password)
        let hash = try await hashed { BcryptHash.make(bytes, cost: cost) }
        guard let hash else {
            throw unavailable(StoreFault(reason: .unavailable, description: "bcrypt failed"))
        }
        return hash
    }

    func login(_ request: AccountRequest) async throws(AccountRefusal) -> AccountAnswer {
        let body = try AccountBody(request, names: ["email", "password", "cookie"])
        let values = try body.strings("email", "password")
        let wantsCookie = try body.boolean("cookie") ?? true
        let email = EmailAddress(values[0])
        try await limit(request, "login", settings.loginRate, account: email?.text ?? "?")
        // Hashes wait for each other, for seconds perhaps. Whose hash is another by then is compared with that one.
        for _ in 0..<2 {
            if let answer = try await logIn(email, values[1], request, wantsCookie: wantsCookie) { return answer }
        }
        await audit("login_failed", request, email: email?.text, detail: "changed meanwhile")
        throw AccountRefusal(.credentialsInvalid)
    }

    /// - Returns: nil where the user has changed since the password was compared.
    private func logIn(
        _ email: EmailAddress?, _ password: String, _ request: AccountRequest, wantsCookie: Bool
    ) async throws(AccountRefusal) -> AccountAnswer? {
        let found = try await stored { () async throws(StoreFault) -> User? in
            guard let email else { return nil }
            return try await store.user(email: email.text)
        }
        // Unknown, disabled and wrong take the same time and get the same answer.
        let isRight = try await verify(password, found?.hash)
        guard var user = found, isRight, !user.isDisabled else {
            let reason = found == nil ? "unknown user" : isRight ? "disabled" : "wrong password"
            await audit("login_failed", request, user: found, email: email?.text, detail: reason)
            throw AccountRefusal(.credentialsInvalid)
        }
        // The configured cost has changed since; the password is at hand only now.
        if user.hash.cost != settings.bcryptCost {
            guard let new = try await replaceHash(of: user, by: try await hash(password)) else { return nil }
            user = new
        }
        guard let answer = try await open(for: user, request, wantsCookie: wantsCookie) else { return nil }
        await audit("logged_in", request, user: user)
        return answer
    }

    /// - Returns: the user with the new hash; nil where the old one is not his any more.
    func replaceHash(of user: User, by hash: BcryptHash) async throws(AccountRefusal) -> User? {
        guard try await stored({ () async throws(StoreFault) in try await store.setHash(hash, of: user) })
        else { return nil }
        var new = user
        new.hash = hash
        return new
    }

    /// - Parameter hash: nil: there is no such user, and nothing matches.
    func verify(_ password: String, _ hash: BcryptHash?) async throws(AccountRefusal) -> Bool {
        let bytes = PasswordRules.normalised(password)
        let (known, dummy) = (hash != nil, hash ?? dummyHash)
        // What bcrypt would cut is never compared: its first 72 bytes might match.
        let fits = bytes.count <= PasswordRules.maxBytes && !bytes.contains(0)
        let compared = fits ? bytes : Array(repeating: 1, count: 8)
        let matches = try await hashed { dummy.matches(compared) }
        return matches && known && fits
    }

    // MARK: Tokens

    /// Opens a session: its first refresh token, and an access token.
    ///
    /// - Parameter user: with the hash that was compared.
    /// - Returns: nil where he has another hash by now, or is disabled.
    func open(for user: User, _ request: AccountRequest, wantsCookie: Bool) async throws(AccountRefusal)
        -> AccountAnswer?
    {
        let token = RefreshToken.random()
        let endsAt = request.now + settings.absoluteLife.milliseconds
        let session = Session(
            id: RandomText.hex(bytes: 16), userID: user.id, createdAt: request.now, lastUsedAt: request.now,
            endsAt: endsAt, address: request.address, userAgent: String(request.userAgent.prefix(256)))
        let expiresAt = min(request.now + settings.refreshLife.milliseconds, endsAt)
        let access = newAccess(at: request.now)
        let row = RefreshTokenRow(
            hash: try cryptography { () throws(CryptoError) in try token.hash() }, expiresAt: expiresAt)
        let isAdded = try await stored { () async throws(StoreFault) in
            try await store.addSession(session, of: user, firstToken: row, access: access)
        }
        guard isAdded else { return nil }
        return try give(token, until: expiresAt, access, user, session.id, request, wantsCookie: wantsCookie)
    }

    func newAccess(at now: Int64) -> AccessTokenRow {
        AccessTokenRow(
            jti: RandomText.hex(bytes: 16), expiresAt: (now / 1000) * 1000 + settings.accessLife.milliseconds)
    }

    func cryptography<Result>(_ work: () throws(CryptoError) -> Result) throws(AccountRefusal) -> Result {
        do throws(CryptoError) { return try work() } catch {
            throw unavailable(StoreFault(reason: .unavailable, description: "libcrypto failed"))
        }
    }

    func give(
        _ token: RefreshToken, until expiresAt: Int64, _ access: AccessTokenRow, _ user: User, _ sessionID: String,
        _ request: AccountRequest, wantsCookie: Bool
    ) throws(AccountRefusal) -> AccountAnswer {
        let claims = accessClaims(access, user, sessionID, at: request.now)
        let signed = try cryptography { () throws(CryptoError) in try keys.sign(claims: claims) }
        var members = [
            ("accessToken", AccountJSON.string(String(decoding: signed, as: UTF8.self))),
            ("tokenType", "\"Bearer\""), ("expiresIn", "\((access.expiresAt - request.now / 1000 * 1000) / 1000)"),
        ]
        var fieldLines = ""
        if wantsCookie {
            let cookie = RefreshCookie(prefix: settings.prefix, for: request)
            fieldLines = cookie.set(token, seconds: max((expiresAt - request.now) / 1000, 0))
        } else {
            members.append(("refreshToken", AccountJSON.string(token.text)))
        }
        return AccountAnswer(status: 200, fieldLines: fieldLines, body: Array(AccountJSON.object(members).utf8))
    }

    private func accessClaims(_ access: AccessTokenRow, _ user: User, _ sessionID: String, at now: Int64) -> [UInt8] {
        func name(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        let fraction = String(now % 1000 + 1000).dropFirst()
        var members = [
            (name(tokens.subjectClaim), AccountJSON.string(user.id)),
            (name(tokens.emailClaim), AccountJSON.string(user.email)),
            (name(tokens.roleClaim), AccountJSON.string(user.role)),
            ("jti", AccountJSON.string(access.jti)), ("sid", AccountJSON.string(sessionID)),
            // Three decimals, so that a token made right behind a cutoff of its user is a new one.
            ("iat", "\(now / 1000).\(fraction)"), ("exp", "\(access.expiresAt / 1000)"),
        ]
        if let issuer = tokens.issuers.first { members.append(("iss", AccountJSON.string(name(issuer)))) }
        if let audience = tokens.audiences.first { members.append(("aud", AccountJSON.string(name(audience)))) }
        return Array(AccountJSON.object(members).utf8)
    }
}
