/// What can be asked below the prefix.
package enum AccountEndpoint: Sendable, Equatable {
    case register, login, refresh, logout, logoutAll, password, me, sessions
    case endSession(String)

    package enum Match: Sendable, Equatable {
        case endpoint(AccountEndpoint)
        case notFound
        /// The value of `Allow`.
        case methodNotAllowed(String)
    }

    /// - Parameter path: behind the prefix, such as `/login`; compared byte for byte.
    package static func match(method: String, path: String) -> Match {
        if path.hasPrefix("/sessions/") {
            let id = String(path.dropFirst("/sessions/".count))
            guard id.utf8.count == 32, id.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
            else { return .notFound }
            return method == "DELETE" ? .endpoint(.endSession(id)) : .methodNotAllowed("DELETE")
        }
        let posts: [String: AccountEndpoint] = [
            "/register": .register, "/login": .login, "/refresh": .refresh, "/logout": .logout,
            "/logout-all": .logoutAll, "/password": .password,
        ]
        let gets: [String: AccountEndpoint] = ["/me": .me, "/sessions": .sessions]
        if let endpoint = posts[path] { return method == "POST" ? .endpoint(endpoint) : .methodNotAllowed("POST") }
        guard let endpoint = gets[path] else { return .notFound }
        return method == "GET" || method == "HEAD" ? .endpoint(endpoint) : .methodNotAllowed("GET, HEAD")
    }

    package enum TokenNeed: Sendable { case none, optional, required }

    package var tokenNeed: TokenNeed {
        switch self {
        case .register, .login, .refresh: .none
        case .logout: .optional
        case .logoutAll, .password, .me, .sessions, .endSession: .required
        }
    }
}

/// One request, with what the gateway has verified of it.
package struct AccountRequest: Sendable {
    /// The access token, verified and not revoked.
    package struct Bearer: Sendable {
        package var subject: String
        package var sessionID: String?
        package var jti: String?
        /// Milliseconds since 1970.
        package var expiresAt: Int64
        /// What the blacklist knows it by, without the prefix.
        package var revocationKey: [UInt8]

        package init(
            subject: String, sessionID: String?, jti: String?, expiresAt: Int64, revocationKey: [UInt8]
        ) {
            self.subject = subject
            self.sessionID = sessionID
            self.jti = jti
            self.expiresAt = expiresAt
            self.revocationKey = revocationKey
        }
    }

    package var endpoint: AccountEndpoint
    package var body: [UInt8]
    package var contentTypes: [[UInt8]]
    package var cookies: [[UInt8]]
    package var origins: [[UInt8]]
    package var fetchSites: [[UInt8]]
    package var host: String
    /// Whether the connection is encrypted.
    package var isSecure: Bool
    package var userAgent: String
    package var address: String
    package var requestID: String
    package var bearer: Bearer?
    /// Milliseconds since 1970.
    package var now: Int64

    package init(
        endpoint: AccountEndpoint, body: [UInt8], contentTypes: [[UInt8]], cookies: [[UInt8]], origins: [[UInt8]],
        fetchSites: [[UInt8]], host: String, isSecure: Bool, userAgent: String, address: String, requestID: String,
        bearer: Bearer?,
        now: Int64
    ) {
        self.endpoint = endpoint
        self.body = body
        self.contentTypes = contentTypes
        self.cookies = cookies
        self.origins = origins
        self.fetchSites = fetchSites
        self.host = host
        self.isSecure = isSecure
        self.userAgent = userAgent
        self.address = address
        self.requestID = requestID
        self.bearer = bearer
        self.now = now
    }
}

package struct AccountAnswer: Sendable {
    package var status: Int
    package var fieldLines = ""
    package var body: [UInt8] = []
}

/// Why a request is refused; the status and the stable code go with it.
package struct AccountRefusal: Error, Sendable {
    package enum Code: String, Sendable {
        case emailTaken = "email_taken"
        case registrationClosed = "registration_closed"
        case credentialsInvalid = "credentials_invalid"
        case refreshMissing = "refresh_missing"
        case refreshInvalid = "refresh_invalid"
        case refreshExpired = "refresh_expired"
        case refreshReused = "refresh_reused"
        case validationFailed = "validation_failed"
        case unsupportedMediaType = "unsupported_media_type"
        case crossSite = "cross_site"
        case sessionUnknown = "session_unknown"
        case tokenInvalid = "token_invalid"
        case rateLimited = "rate_limited"
        case overloaded
        case accountsUnavailable = "accounts_unavailable"

        package var status: Int {
            switch self {
            case .validationFailed: 400
            case .credentialsInvalid, .refreshMissing, .refreshInvalid, .refreshExpired, .refreshReused,
                .tokenInvalid:
                401
            case .registrationClosed, .crossSite: 403
            case .sessionUnknown: 404
            case .emailTaken: 409
            case .unsupportedMediaType: 415
            case .rateLimited: 429
            case .overloaded, .accountsUnavailable: 503
            }
        }

        package var title: String {
            switch self {
            case .emailTaken: "E-mail address taken"
            case .registrationClosed: "Registration closed"
            case .credentialsInvalid: "E-mail address or password wrong"
            case .refreshMissing: "Refresh token required"
            case .refreshInvalid: "Refresh token invalid"
            case .refreshExpired: "Refresh token expired"
            case .refreshReused: "Refresh token used before"
            case .validationFailed: "Request body not valid"
            case .unsupportedMediaType: "Unsupported media type"
            case .crossSite: "Request from another site"
            case .sessionUnknown: "No such session"
            case .tokenInvalid: "Access token invalid"
            case .rateLimited: "Too many requests"
            case .overloaded: "Overloaded"
            case .accountsUnavailable: "Accounts unavailable"
            }
        }
    }

    package struct Field: Sendable, Equatable {
        package var name: String
        package var problem: String
    }

    package var code: Code
    package var message: String
    package var fields: [Field] = []
    /// Seconds; for `rate_limited`, `overloaded` and `accounts_unavailable`.
    package var retryAfter: Int?
    /// For the operator; nothing secret.
    package var detail: String?

    init(_ code: Code, _ message: String? = nil) {
        self.code = code
        self.message = message ?? code.title
    }
}
