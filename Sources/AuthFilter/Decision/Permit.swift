package import Routes

/// The permission to send one request to the application. Only this file makes one, behind every check.
package struct Permit: Sendable {
    package let route: RouteID
    /// Who asks; nil on public routes, and on optional ones without a token.
    package let token: VerifiedToken?

    fileprivate init(route: RouteID, token: VerifiedToken?) {
        self.route = route
        self.token = token
    }
}

/// Decides whether the holder of a token, or of none, may use a route.
package enum Authorizer {
    /// The last of the checks. The token, where there is one, has been verified and was not revoked.
    package static func authorize(access: Access, route: RouteID, token: VerifiedToken?) -> Authorization {
        switch access {
        case .deny:
            return .refused(.routeDenied)
        case .public:
            // Whoever calls may have read a token; on a public route it gives no identity.
            return .permitted(Permit(route: route, token: nil))
        case .optional:
            return .permitted(Permit(route: route, token: token))
        case .authenticated:
            guard let token else { return .refused(.tokenMissing) }
            return .permitted(Permit(route: route, token: token))
        case .conditions(let conditions):
            guard let token else { return .refused(.tokenMissing) }
            // In written order: the first that is not met names the refusal.
            for condition in conditions where token.meets(condition) == .unmet {
                return .refused(AccessRefusal(unmet: condition))
            }
            return .permitted(Permit(route: route, token: token))
        }
    }

    /// Whether a token has to be looked for before asking ``authorize(access:route:token:)``.
    package static func need(of access: Access) -> CredentialNeed {
        switch access {
        case .public, .deny: .none
        case .optional: .optional
        case .authenticated, .conditions: .required
        }
    }
}
