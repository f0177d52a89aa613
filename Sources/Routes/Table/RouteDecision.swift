/// What the table says to a method and a path.
package enum RouteDecision: Sendable, Equatable {
    case matched(RouteID)
    /// 421: the file names hosts, and not this one.
    case hostUnknown
    /// 400: two readers of this path may understand two different things.
    case ambiguous(TargetAmbiguity)
    /// 404
    case noRoute
    /// 405: some rule matches the path, none with this method.
    case methodNotAllowed(AllowedMethods)
}
