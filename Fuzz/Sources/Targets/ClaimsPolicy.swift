internal import AuthFilter
internal import Routes

/// What one configuration wants of claims, as the gateway knows it and as a plain reading does.
struct ClaimsPolicy {
    static let issuers = ["i", "https://i.example"].map(octets)
    static let audiences = ["a", "b"].map(octets)
    static let leeway = 5000.0
    static let maximumLifetime = 3_600_000.0

    let subject, role, scope, email: String
    /// It names issuers, audiences and a lifetime.
    let isDemanding: Bool
    let policy: TokenPolicy

    init(_ subject: String, _ role: String, _ scope: String, _ email: String, isDemanding: Bool) throws {
        (self.subject, self.role, self.scope, self.email) = (subject, role, scope, email)
        self.isDemanding = isDemanding
        let key = KeySettings(algorithm: .HS256, source: .environment("KEY"))
        var settings = TokenSettings(keys: [key])
        settings.subjectClaim = octets(subject)
        settings.roleClaim = octets(role)
        settings.scopeClaim = octets(scope)
        settings.emailClaim = octets(email)
        if isDemanding {
            settings.issuers = Self.issuers
            settings.audiences = Self.audiences
            settings.maxLifetime = .seconds(3600)
        }
        let secret = octets("kZ3vQ8xW1nR5tY7uP0aS2dF4gH6jK9lB-qE_cV.m")
        policy = try TokenPolicy(settings, material: [KeyMaterial(settings: key, bytes: secret)])
    }
}
