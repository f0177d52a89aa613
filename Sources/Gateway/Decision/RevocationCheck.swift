internal import AuthFilter
internal import NIOCore
internal import RedisBlacklist
internal import Routes

/// Whether a verified token was logged out, and what happens when nobody can say.
///
/// One for each event loop, around that loop's connection to the blacklist, or its copy of it.
final class RevocationCheck {
    enum Verdict {
        case clear
        case revoked
        /// All of the subject's tokens, because the entry can't be read as a time.
        case revokedByUnusableCutoff
        case unavailable(BlacklistFailure)

        /// What the operator should know besides the code; nil where the code says it all.
        var explanation: String? {
            switch self {
            case .clear, .revoked: nil
            case .revokedByUnusableCutoff: "the blacklist's entry for this subject is no time in milliseconds"
            case .unavailable(let failure): "blacklist: \(failure)"
            }
        }
    }

    private let source: any RevocationSource
    private let settings: BlacklistSettings
    private var lastKnown: LastKnownAnswers?

    init(source: any RevocationSource, settings: BlacklistSettings) {
        self.source = source
        self.settings = settings
        if case .lastKnown(let age) = settings.onFailure { lastKnown = LastKnownAnswers(maxAge: age) }
    }

    /// - Returns: nil where the blacklist has to be asked. A copy mostly knows, so this makes no closure.
    func known(about token: TokenCache.Entry, at now: UnixTime) -> Verdict? {
        let query = query(about: token)
        return source.known(query).map { verdict(on: $0, query, issuedAt: token.verified.issuedAt, at: now) }
    }

    /// Where it is not ``known(about:at:)``.
    ///
    /// - Returns: the verdict where nobody can be asked; nil when `completion` will be called with it, once.
    func ask(
        about token: TokenCache.Entry, at now: UnixTime, _ completion: @escaping (Verdict) -> Void
    ) -> Verdict? {
        let query = query(about: token)
        let issuedAt = token.verified.issuedAt
        let answer = source.ask(query) { [self] answer in
            completion(verdict(on: answer, query, issuedAt: issuedAt, at: now))
        }
        return answer.map { verdict(on: $0, query, issuedAt: issuedAt, at: now) }
    }

    func shutDown() { source.close() }

    private func query(about token: TokenCache.Entry) -> RevocationQuery {
        if let keys = token.revocationKeys { return RevocationQuery(tokenKey: keys.token, subjectKey: keys.subject) }
        let query = RevocationQuery(
            tokenKey: token.verified.tokenKey(prefix: settings.keyPrefix),
            subjectKey: token.verified.subjectKey(prefix: settings.keyPrefix))
        token.revocationKeys = (query.tokenKey, query.subjectKey)
        return query
    }

    private func verdict(
        on answer: RevocationAnswer, _ query: RevocationQuery, issuedAt: UnixTime?, at now: UnixTime
    ) -> Verdict {
        switch Self.judge(answer, issuedAt: issuedAt) {
        case .unavailable(let failure): return withoutBlacklist(failure, query, issuedAt: issuedAt, at: now)
        case .clear, .revoked, .revokedByUnusableCutoff:
            lastKnown?.remember(answer, for: query, at: now)
            return Self.judge(answer, issuedAt: issuedAt)
        }
    }

    /// What an answer means by itself, whatever the configuration says of failures.
    private static func judge(_ answer: RevocationAnswer, issuedAt: UnixTime?) -> Verdict {
        switch answer {
        case .clear: return .clear
        case .revoked: return .revoked
        case .subjectCutoffInvalid: return .revokedByUnusableCutoff
        case .subjectCutoff(let milliseconds):
            return isBefore(milliseconds, issuedAt) ? .revoked : .clear
        case .cutoffOnly(let milliseconds, let failure):
            return isBefore(milliseconds, issuedAt) ? .revoked : .unavailable(failure)
        case .unavailable(let failure): return .unavailable(failure)
        }
    }

    /// A token that does not say when it was issued can't show that it came later.
    private static func isBefore(_ cutoff: Int64, _ issuedAt: UnixTime?) -> Bool {
        issuedAt.map { $0.milliseconds < cutoff } ?? true
    }

    private func withoutBlacklist(
        _ failure: BlacklistFailure, _ query: RevocationQuery, issuedAt: UnixTime?, at now: UnixTime
    ) -> Verdict {
        switch settings.onFailure {
        case .refuse: return .unavailable(failure)
        case .allow: return .clear
        case .lastKnown:
            guard let answer = lastKnown?.answer(for: query, at: now) else { return .unavailable(failure) }
            return Self.judge(answer, issuedAt: issuedAt)
        }
    }
}
