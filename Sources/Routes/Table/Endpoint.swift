/// The rules of one path: which of them decides a method.
struct Endpoint: Sendable {
    /// Two rules that tie.
    struct Conflict {
        let earlier: RouteID
        /// nil: both say `*`.
        let method: Method?
    }

    /// Those of the host.
    private var own = MethodRules()
    /// Those that stand outside of every host: all of them, in a file that names none.
    private var general = MethodRules()

    /// Enters a rule, or says with which earlier rule it ties.
    mutating func enter(_ rule: Rule) -> Conflict? {
        rule.hosts.isEmpty ? general.enter(rule.methods, rule.id) : own.enter(rule.methods, rule.id)
    }

    /// What the host says of its own, even by `*`, comes before what holds for all hosts.
    func rule(for method: Method) -> RouteID? { own.rule(for: method) ?? general.rule(for: method) }

    /// Every rule, in the order of the file.
    var rules: [RouteID] { own.rules.union(general.rules).sorted { $0.index < $1.index } }

    /// The methods that a rule decides.
    func methods(of rule: RouteID) -> MethodSet {
        MethodSet((0..<64).map { Method(number: $0) }.filter { self.rule(for: $0) == rule })
    }

    /// Every method that some rule matches.
    var methods: MethodSet { own.methods.union(general.methods) }

    /// The methods that are told apart from others.
    var namedMethods: MethodSet { own.namedMethods.union(general.namedMethods) }
}
