internal import AuthFilter
internal import ProxyEngine
internal import Routes

/// What was decided about one request, and what it was decided from.
struct RequestDecision {
    enum Answer {
        case permitted(Passage)
        case refused(Refusal)
    }

    enum Stage {
        case decided(Answer)
        /// The token is good; the blacklist has to be asked about it before the decider can conclude.
        case needsBlacklist(TokenCache.Entry, GatewayPolicy.CompiledRoute)
    }

    var stage: Stage
    /// The rule that matches; nil: none does.
    var route: GatewayPolicy.CompiledRoute?
    /// Who asks.
    var token: TokenCache.Entry?
    /// What is wrong with the credentials.
    var fault: CredentialFault?
}

/// Who asks, as far as it is known.
enum Authentication {
    /// No token was presented, or none is read here.
    case anonymous
    case verified(TokenCache.Entry)
    case refused(CredentialFault)
}
