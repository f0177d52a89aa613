extension Access {
    /// As a rule says it.
    package var text: String {
        switch self {
        case .public: "public"
        case .optional: "optional"
        case .authenticated: "authenticated"
        case .deny: "deny"
        case .conditions(let conditions): conditions.map(\.text).joined(separator: " ")
        }
    }
}
