internal import AuthFilter
internal import Routes

/// What the gateway takes from claims beside what a plain reading finds there.
struct ClaimsComparison {
    private let tree: PlainJSON
    private let token: VerifiedToken
    private let policy: ClaimsPolicy

    init(_ tree: PlainJSON, _ token: VerifiedToken, _ policy: ClaimsPolicy) {
        (self.tree, self.token, self.policy) = (tree, token, policy)
    }

    /// Milliseconds as far as a `Double` can tell them.
    private func milliseconds(_ name: String) throws(Objection) -> Double? {
        guard let claim = tree[name] else { return nil }
        guard case .number(let text) = claim, text.first != 0x2D, let seconds = claim.double else {
            throw Objection("\(name) is \(claim)")
        }
        try require(seconds <= 253_402_300_799, "\(name) is \(seconds)")
        return seconds * 1000
    }

    func checkDates() throws(Objection) {
        let now = Double(TokenHarness.now.milliseconds)
        guard let expiry = try milliseconds("exp") else { throw Objection("no exp") }
        try require(abs(Double(token.expiresAt.milliseconds) - expiry) <= 1.1, "exp: \(token.expiresAt) and \(expiry)")
        try require(expiry > now - 1.1, "expired: \(expiry)")
        let issued = try milliseconds("iat")
        try requireEqual(token.issuedAt == nil, issued == nil, "an iat")
        if let issued, let issuedAt = token.issuedAt {
            try require(abs(Double(issuedAt.milliseconds) - issued) <= 1.1, "iat: \(issuedAt) and \(issued)")
            try require(issued <= now + ClaimsPolicy.leeway + 1.1, "issued in the future")
        }
        if let start = try milliseconds("nbf") {
            try require(start <= now + ClaimsPolicy.leeway + 1.1, "not valid yet")
        }
        guard policy.isDemanding else { return }
        guard let issued else { throw Objection("no iat, and a lifetime is demanded") }
        try require(expiry - issued <= ClaimsPolicy.maximumLifetime + 2.2, "too long a life")
    }

    func checkNames() throws(Objection) {
        let subject = tree.claim(policy.subject)
        try requireEqual(token.subject, subject?.word, "the subject")
        if let subject {
            try require((1...TokenLimits.name).contains(token.subject?.count ?? 0), "the subject \(subject)")
            if case .boolean = subject { throw Objection("a boolean for a subject") }
        }
        try requireEqual(token.email, tree.claim(policy.email)?.word, "the email")
        try requireEqual(token.roles, tree.claim(policy.role)?.words ?? [], "the roles")
        try requireEqual(token.scopes, scopes, "the scopes")
        try requireEqual(token.identifier.map { PlainJSON.string($0) }, tree["jti"], "the identifier")
        if let identifier = token.identifier { try require((1...512).contains(identifier.count), "the jti's length") }
        let own = Array("blacklist:".utf8)
        let key = token.identifier.map { own + $0 }
        try requireEqual(token.tokenKey(prefix: own), key, "the key of the token")
        try requireEqual(
            token.subjectKey(prefix: own), token.subject.map { own + octets("sub:") + $0 }, "the key of the subject")
        guard policy.isDemanding else { return }
        guard case .string(let issuer) = tree["iss"], ClaimsPolicy.issuers.contains(issuer) else {
            throw Objection("the issuer \(String(describing: tree["iss"]))")
        }
        try require(
            tree["aud"]?.words.contains(where: ClaimsPolicy.audiences.contains) ?? false,
            "the audience \(String(describing: tree["aud"]))")
    }

    private var scopes: [[UInt8]] {
        guard let scope = tree.claim(policy.scope) else { return [] }
        guard case .string(let text) = scope else { return scope.words }
        return text.split(separator: 0x20).map { Array($0) }
    }

    func checkConditions() throws(Objection) {
        let values = ["admin", "read", "7", "true", "null", "a b", ""].map(octets)
        for value in values {
            try check(.role, value, token.roles.contains(value))
            try check(.scope, value, scopes.contains(value))
            try check(.subject, value, token.subject == value)
            try check(.claim(octets("n.m")), value, tree.claim("n.m")?.words.contains(value) ?? false)
        }
    }

    private func check(_ subject: Condition.Subject, _ value: [UInt8], _ expected: Bool) throws(Objection) {
        let access = Access.conditions([Condition(subject: subject, values: [octets("other"), value])])
        let other = Access.conditions([Condition(subject: subject, values: [value])])
        for access in [other, access] {
            let isPermitted =
                switch Authorizer.authorize(access: access, route: RouteID(index: 0), token: token) {
                case .permitted: true
                case .refused: false
                }
            // "other" may be met as well.
            if expected || access == other {
                try requireEqual(isPermitted, expected, "\(subject)=\(shown(value))")
            }
        }
    }

    /// What the application gets is one line for each header, printable, and says what the token says.
    func checkHeaders(_ headers: IdentityHeaders) throws(Objection) {
        guard
            case .permitted(let permit) = Authorizer.authorize(
                access: .authenticated, route: RouteID(index: 0), token: token)
        else { throw Objection("authenticated, and refused") }
        let lines = headers.render(for: permit)
        try require(lines.allSatisfy { (0x20...0x7E).contains($0) || $0 == 13 || $0 == 10 }, "not printable")
        let head = try PlainHead(octets("GET / HTTP/1.1\r\n") + lines + [13, 10])
        try require(head.fields.count <= 3, "\(head.fields.count) headers")
        try check(head, "x-user-id", [token.subject].compactMap { $0 })
        try check(head, "x-user-role", token.roles)
        if let email = token.email { try check(head, "x-user-email", [email], isList: false) }
    }

    private func check(_ head: PlainHead, _ name: String, _ words: [[UInt8]], isList: Bool = true) throws(Objection) {
        let values = head.values(name)
        try require(values.count <= 1, "\(values.count) headers \(name)")
        guard let value = values.first else {
            return try require(words.allSatisfy(\.isEmpty) && words.count <= 1, "no \(name) for \(words)")
        }
        let isSplit = isList && name == "x-user-role"
        let elements = isSplit ? value.split(separator: 0x2C, omittingEmptySubsequences: false) : [value[...]]
        try requireEqual(elements.map(Self.decoded), words, name)
    }

    private static func decoded(_ element: ArraySlice<UInt8>) -> [UInt8] {
        var rest = element
        var octets: [UInt8] = []
        while let octet = rest.popFirst() {
            guard octet == 0x25, let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else {
                octets.append(octet)
                continue
            }
            octets.append(high << 4 | low)
        }
        return octets
    }
}
