/// A host that rules are for.
package enum HostPattern: Sendable, Hashable {
    /// A name, an IPv4 address, or an IPv6 address in brackets as RFC 5952 writes it; in lower case.
    case exact(String)
    /// `*.example.com`: names with exactly one label before `example.com`, as in certificates (RFC 9525 §6.3).
    case below(String)
    /// `*`: every host that nothing else in the file is for.
    case any

    /// As it is written in the file, but for case.
    package var text: String {
        switch self {
        case .exact(let name): name
        case .below(let name): "*.\(name)"
        case .any: "*"
        }
    }

    /// A host that it stands for and the others don't: whose requests an expectation tries.
    func sample(besides others: Set<HostPattern>) -> String {
        let end: String
        switch self {
        case .exact(let name): return name
        case .below(let name): end = ".\(name)"
        case .any: end = ""
        }
        let labels = ["any"].lazy.map { $0 } + (1...).lazy.prefix(others.count + 1).map { "any-\($0)" }
        return labels.map { $0 + end }.first { !others.contains(.exact($0)) } ?? "any\(end)"
    }
}
