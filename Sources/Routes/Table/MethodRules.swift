/// The rules of one path that compete by their methods alone.
struct MethodRules: Sendable {
    private var all: RouteID?
    private var named: [Method: RouteID] = [:]

    /// Enters a rule, or says with which earlier rule it ties.
    mutating func enter(_ methods: RuleMethods, _ id: RouteID) -> Endpoint.Conflict? {
        switch methods {
        case .all:
            if let all { return Endpoint.Conflict(earlier: all, method: nil) }
            all = id
        case .named(let methods):
            for method in methods {
                if let earlier = named[method] { return Endpoint.Conflict(earlier: earlier, method: method) }
            }
            for method in methods { named[method] = id }
        }
        return nil
    }

    /// A named method wins over `*`; GET covers HEAD unless a rule names it.
    func rule(for method: Method) -> RouteID? {
        if let rule = named[method] { return rule }
        if method == .head, let rule = named[.get] { return rule }
        return MethodSet.all.contains(method) ? all : nil
    }

    var rules: Set<RouteID> { Set(named.values).union([all].compactMap { $0 }) }

    /// Every method that some rule matches.
    var methods: MethodSet {
        all == nil ? namedMethods : namedMethods.union(.all)
    }

    /// The methods that are told apart from others: the named ones, and HEAD where GET covers it.
    var namedMethods: MethodSet {
        MethodSet(Array(named.keys)).union(named[.get] == nil ? .none : MethodSet([.head]))
    }
}
