/// How a rule comes to a method. The order is that of precedence between rules of one path.
enum MethodCover: Int, Comparable, CaseIterable {
    case named
    /// GET is named, which covers HEAD.
    case headByGet
    /// `*`
    case wildcard

    /// nil: the rule isn't for this method.
    init?(_ methods: RuleMethods, _ method: Method) {
        switch methods {
        case .all:
            guard MethodSet.all.contains(method) else { return nil }
            self = .wildcard
        case .named(let names):
            if names.contains(method) {
                self = .named
            } else if method == .head && names.contains(.get) {
                self = .headByGet
            } else {
                return nil
            }
        }
    }

    static func < (left: MethodCover, right: MethodCover) -> Bool { left.rawValue < right.rawValue }
}
