extension Access {
    /// The larger, the fewer pass. Conditions aren't compared with one another: a longer list of roles is no mistake.
    var strictness: Int {
        switch self {
        case .public: 0
        case .optional: 1
        case .authenticated: 2
        case .conditions: 3
        case .deny: 4
        }
    }
}
