/// Warns of upstreams that no rule leads to.
enum UnusedUpstreamCheck {
    /// - Parameter names: each upstream's in the file.
    static func run(_ names: [Word], _ rules: [Rule], _ reporter: Reporter) {
        // That there are no rules was said already.
        if rules.isEmpty { return }
        let used = Set(rules.compactMap(\.upstream))
        for (index, name) in names.enumerated() where !used.contains(index) {
            reporter.warning(
                name.place, "no rule leads to the upstream \"\(name.text)\"",
                hint: "lead one to it with -> \(name.text), or leave the upstream out", kind: .unusedUpstream)
        }
    }
}
