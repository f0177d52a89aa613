internal import AuthFilter
internal import ProxyEngine
internal import Routes

/// What would happen to one request, and why: all that `gateway explain` has to say, before it is put in words.
struct Explanation {
    /// What there is to say of a token.
    enum TokenReport {
        /// No rule decides, so nobody looks.
        case noRule
        /// The rule asks for none.
        case notRead
        /// - Parameter otherScheme: there are credentials, but no Bearer.
        case absent(otherScheme: Bool)
        /// - Parameter isSupposed: nobody sent it.
        case accepted(VerifiedToken, isSupposed: Bool)
        /// - Parameter inspection: nil where there is no token to look at.
        case refused(CredentialFault, TokenInspection?)
    }

    enum Host {
        /// By whose rules it is decided.
        case named(HostPattern)
        /// - Parameter known: the hosts that the file names.
        case unknown(_ known: [HostPattern])
    }

    enum BlacklistReport {
        /// There is no good token to ask about.
        case noToken
        case notConfigured
        case notAsked
        case asked(RevocationCheck.Verdict)
    }

    enum Answer {
        case forwarded(Upstream)
        case refused(Refusal)
        case served(status: Int)
        /// The keys without which nobody can say whether the token is good.
        case unknown([KeySettings])
    }

    let request: SupposedRequest
    let answer: Answer
    /// nil where the file names no hosts, or the engine refuses before one is looked for.
    let host: Host?
    /// nil where the engine refuses before a rule is looked for.
    let routing: RouteExplanation?
    /// The rule that decides.
    let rule: Rule?
    let token: TokenReport
    let conditions: [ConditionFinding]
    let blacklist: BlacklistReport
    /// nil where nothing is forwarded.
    let headers: HeaderReport?
    let now: UnixTime
}
