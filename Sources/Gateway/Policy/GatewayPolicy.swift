internal import Accounts
internal import AuthFilter
internal import ProxyEngine
internal import Routes

/// Everything that decides about requests, made from one configuration and its secrets. Immutable, shared by all event
/// loops; a reload makes a new one.
struct GatewayPolicy: Sendable {
    let configuration: Configuration
    /// Grows with each reload; 0 at the start.
    let generation: Int
    /// nil: no rule needs a token.
    let tokens: TokenPolicy?
    /// Of the keys that the file names.
    let keyMaterial: [KeyMaterial]
    let identity: IdentityHeaders
    let routes: [CompiledRoute]
    let refusals: RefusalCatalogue
    let cors: CORSPolicy?
    let blacklistPassword: [UInt8]?
    /// The gateway's own, where it has accounts; nil also where a file is only checked and they are not there yet.
    let signingKeys: SigningKeys?
    /// Keys of the configuration that are not there. Empty for `run`, which does without none.
    let unreadKeys: [KeySettings]

    /// One rule as the path of a request needs it. A class, so that taking it out of the list costs one reference count
    /// and not one for each of its parts.
    final class CompiledRoute: Sendable {
        let id: RouteID
        /// Of the policy whose rule it is.
        let generation: Int
        let line: Int
        let access: Access
        let need: CredentialNeed
        /// nil only on `deny`.
        let upstream: Int?
        let options: RouteOptions
        /// What its requests are counted by: the same for all gateways with this rule, whatever the line it stands in.
        let rateName: String

        init(_ rule: Rule, generation: Int) {
            id = rule.id
            self.generation = generation
            line = rule.line
            access = rule.access
            need = Authorizer.need(of: rule.access)
            upstream = rule.upstream
            options = rule.options
            let hosts = rule.hosts.map { $0.text + " " }.sorted().joined()
            rateName = "\(hosts)\(rule.methods.text) \(rule.pattern)"
        }
    }

    init(
        configuration: Configuration, generation: Int, tokens: TokenPolicy?, keyMaterial: [KeyMaterial],
        identity: IdentityHeaders,
        blacklistPassword: [UInt8]?,
        signingKeys: SigningKeys?, unreadKeys: [KeySettings]
    ) {
        self.configuration = configuration
        self.generation = generation
        self.tokens = tokens
        self.keyMaterial = keyMaterial
        self.identity = identity
        self.blacklistPassword = blacklistPassword
        self.signingKeys = signingKeys
        self.unreadKeys = unreadKeys
        cors = configuration.cors.map(CORSPolicy.init)
        routes = configuration.rules.map { CompiledRoute($0, generation: generation) }
        refusals = RefusalCatalogue(invalidToken: configuration.tokens?.invalidTokenStatus ?? .unauthorized)
    }

    var logsRequests: Bool { configuration.log.destination != .off }
}
