/// What a rule's path has for a segment of a request. The order is that of precedence: the first is the most specific.
package enum SegmentKind: Int, Sendable, Comparable {
    case literal, parameter, end, rest

    package static func < (left: SegmentKind, right: SegmentKind) -> Bool { left.rawValue < right.rawValue }

    /// With its article.
    package var text: String {
        switch self {
        case .literal: "a literal"
        case .parameter: "a {parameter}"
        case .end: "its end"
        case .rest: "\"**\""
        }
    }
}
