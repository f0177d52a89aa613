/// The rules of one path: which of them decides a method.
struct Endpoint: Sendable {
    /// Two rules that tie.
    struct Conflict {
        let earlier: RouteID
        /// nil: both say `*`.
        let method: Method?
    }

    private var all: RouteID?
    private var named: [Method: RouteID] = [:]

    /// Enters a rule, or says with which earlier rule it ties.
    mutating func enter(_ methods: RuleMethods, _ id: RouteID) -> Conflict? {
        switch methods {
        case .all:
            if let all { return Conflict(earlier: all, method: nil) }
            all = id
        case .named(let methods):
            for method in methods {
                if let earlier = named[method] { return Conflict(earlier: earlier, method: method) }
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

    /// Every rule, in the order of the file.
    var rules: [RouteID] {
        Set(named.values).union([all].compactMap { $0 }).sorted { $0.index < $1.index }
    }

    /// The methods that a rule decides.
    func methods(of rule: RouteID) -> MethodSet {
        MethodSet((0..<64).map { Method(number: $0) }.filter { self.rule(for: $0) == rule })
    }

    /// Every method that some rule matches.
    var methods: MethodSet {
        all == nil ? namedMethods : namedMethods.union(.all)
    }

    /// The methods that are told apart from others: the named ones, and HEAD where GET covers it.
    var namedMethods: MethodSet {
        MethodSet(Array(named.keys)).union(named[.get] == nil ? .none : MethodSet([.head]))
    }
}
