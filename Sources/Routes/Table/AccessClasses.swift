/// The different WHOs of a file, numbered. The order of conditions and of values doesn't make a different WHO.
struct AccessClasses: Sendable {
    private enum Key: Hashable {
        case `public`, optional, authenticated, deny
        case conditions(Set<ConditionKey>)
    }

    private struct ConditionKey: Hashable {
        let subject: Condition.Subject
        let values: Set<[UInt8]>
    }

    /// The class of each rule's WHO, by the rule's index.
    let ofRule: [Int32]
    let count: Int

    init(_ rules: [Rule]) {
        var classes: [Key: Int32] = [:]
        var ofRule: [Int32] = []
        for rule in rules {
            let key = Self.key(rule.access)
            let number = classes[key] ?? Int32(classes.count)
            classes[key] = number
            ofRule.append(number)
        }
        self.ofRule = ofRule
        count = classes.count
    }

    private static func key(_ access: Access) -> Key {
        switch access {
        case .public: .public
        case .optional: .optional
        case .authenticated: .authenticated
        case .deny: .deny
        case .conditions(let conditions):
            .conditions(Set(conditions.map { ConditionKey(subject: $0.subject, values: Set($0.values)) }))
        }
    }
}
