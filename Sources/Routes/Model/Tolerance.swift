/// The ambiguities of a path that a route may open for what it decides: `tolerate=encoded-slash,semicolon`.
package struct Tolerance: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let encodedSlash = Tolerance(rawValue: 1 << 0)
    package static let encodedBackslash = Tolerance(rawValue: 1 << 1)
    /// A raw or an encoded one.
    package static let semicolon = Tolerance(rawValue: 1 << 2)
    package static let emptySegment = Tolerance(rawValue: 1 << 3)
    package static let doubleEscape = Tolerance(rawValue: 1 << 4)
    /// A character that Unicode's NFKC turns into one that separates or escapes: a fullwidth slash.
    package static let compatibilitySeparator = Tolerance(rawValue: 1 << 5)

    /// Every tolerance by the word that opens it.
    package static let named: [(name: String, tolerance: Tolerance)] = [
        ("encoded-slash", .encodedSlash), ("encoded-backslash", .encodedBackslash), ("semicolon", .semicolon),
        ("empty-segment", .emptySegment), ("double-escape", .doubleEscape),
        ("compatibility-separator", .compatibilitySeparator),
    ]
}
