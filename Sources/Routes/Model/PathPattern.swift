/// The path of a rule, as it is matched.
struct PathPattern: Sendable, Hashable {
    enum Segment: Sendable, Hashable {
        /// The bytes that escapes decode to. Empty only as the last one: the pattern ends with a slash.
        case literal([UInt8])
        /// `{name}`: one non-empty segment. The name doesn't distinguish paths.
        case any
    }

    var segments: [Segment]
    /// It ends with `**`: zero or more further segments.
    var hasRest: Bool
}
