/// A spelling of a path that another rule with another WHO would decide: why the path is refused as ambiguous.
package struct OtherSpelling: Sendable, Equatable {
    /// How it differs from the path as received.
    package enum Difference: Sendable, Equatable {
        case letterCase, trailingSlash, both
        case normalized, normalizedAndSlash

        package var text: String {
            switch self {
            case .letterCase: "in other case"
            case .trailingSlash: "with or without its trailing slash"
            case .both: "in other case, and with or without its trailing slash"
            case .normalized: "with other characters that NFKC makes the same, or other blanks at its segments' ends"
            case .normalizedAndSlash:
                "with other characters that NFKC makes the same, or other blanks at its segments' ends, and with or "
                    + "without its trailing slash"
            }
        }
    }

    /// As a client would send it.
    package let path: [UInt8]
    package let difference: Difference
    /// The rule that would decide it.
    package let route: RouteID
}
