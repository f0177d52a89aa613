/// The rules of a file by their paths.
struct EndpointIndex: Sendable {
    private(set) var patterns: [PathPattern] = []
    private(set) var endpoints: [Endpoint] = []
    private var positions: [PathPattern: Int] = [:]

    /// Enters a rule, or says with which earlier rule it ties.
    mutating func enter(_ rule: Rule) -> Endpoint.Conflict? {
        if let position = positions[rule.path] {
            return endpoints[position].enter(rule)
        }
        var endpoint = Endpoint()
        let conflict = endpoint.enter(rule)
        positions[rule.path] = endpoints.count
        patterns.append(rule.path)
        endpoints.append(endpoint)
        return conflict
    }
}
