/// The first word of a rule.
package enum RuleMethods: Sendable, Equatable {
    /// `*`: every method but CONNECT and TRACE.
    case all
    /// In written order.
    case named([Method])

    /// As it is written in the file.
    package var text: String {
        switch self {
        case .all: "*"
        case .named(let methods): methods.map(\.name).joined(separator: ",")
        }
    }
}
