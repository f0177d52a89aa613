internal import AuthFilter
internal import NIOCore
internal import RedisBlacklist
internal import Routes

/// Whether a verified token was logged out, and what happens when nobody can say.
///
/// One for each event loop, around that loop's connection to the blacklist.
final class RevocationCheck {
    enum Verdict {
        case clear
        case revoked
        /// All of the subject's tokens, because the entry can't be read as a time.
        case revokedByUnusableCutoff
        case unavailable(BlacklistFailure)
    }

    private let client: BlacklistClient
    private let settings: BlacklistSettings
    private var lastKnown: LastKnownAnswers?

    init(client: BlacklistClient, settings: BlacklistSettings) {
        self.client = client
        self.settings = settings
        if case .lastKnown(let age) = settings.onFailure { lastKnown = LastKnownAnswers(maxAge: age) }
    }

    /// - Returns: the verdict if it is known at once; nil when `completion` will be called with it, once.
    func ask(
        about token: TokenCache.Entry, at now: UnixTime, _ completion: @escaping (Verdict) -> Void
    ) -> Verdict? {
        let query = query(about: token)
        let issuedAt = token.verified.issuedAt
        let answer = client.ask(query) { [self] answer in
            completion(verdict(answer, query, issuedAt: issuedAt, at: now))
        }
        return answer.map { verdict($0, query, issuedAt: issuedAt, at: now) }
    }

    private func query(about token: TokenCache.Entry) -> RevocationQuery {
        if let keys = token.revocationKeys { return RevocationQuery(tokenKey: keys.token, subjectKey: keys.subject) }
        let query = RevocationQuery(
            tokenKey: token.verified.tokenKey(prefix: settings.prefix),
            subjectKey: token.verified.subjectKey(prefix: settings.prefix))
        token.revocationKeys = (query.tokenKey, query.subjectKey)
        return query
    }

    private func verdict(
        _ answer: RevocationAnswer, _ query: RevocationQuery, issuedAt: UnixTime?, at now: UnixTime
    ) -> Verdict {
        if case .unavailable(let failure) = answer {
            return withoutBlacklist(failure, query, issuedAt: issuedAt, at: now)
        }
        lastKnown?.remember(answer, for: query, at: now)
        return Self.judge(answer, issuedAt: issuedAt) ?? .clear
    }

    /// nil for `unavailable`.
    private static func judge(_ answer: RevocationAnswer, issuedAt: UnixTime?) -> Verdict? {
        switch answer {
        case .clear: return .clear
        case .revoked: return .revoked
        case .subjectCutoffInvalid: return .revokedByUnusableCutoff
        case .subjectCutoff(let milliseconds):
            // A token that does not say when it was issued can't show that it came later.
            guard let issuedAt else { return .revoked }
            return issuedAt.milliseconds < milliseconds ? .revoked : .clear
        case .unavailable: return nil
        }
    }

    private func withoutBlacklist(
        _ failure: BlacklistFailure, _ query: RevocationQuery, issuedAt: UnixTime?, at now: UnixTime
    ) -> Verdict {
        switch settings.onFailure {
        case .refuse: return .unavailable(failure)
        case .allow: return .clear
        case .lastKnown:
            guard let answer = lastKnown?.answer(for: query, at: now), let verdict = Self.judge(answer, issuedAt: issuedAt)
            else { return .unavailable(failure) }
            return verdict
        }
    }
}
