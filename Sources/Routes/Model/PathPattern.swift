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

    /// Compared segment by segment, literals only.
    ///
    /// - Parameter prefix: see `PathPrefix`.
    func starts(with prefix: String) -> Bool {
        let names = prefix.utf8.dropFirst().split(separator: PathBytes.Character.slash)
        return segments.starts(with: names.map { .literal(Array($0)) })
    }

    /// True when it matches every path that the other matches.
    func covers(_ other: PathPattern) -> Bool {
        guard segments.count <= other.segments.count,
            hasRest || !other.hasRest && segments.count == other.segments.count
        else { return false }
        return zip(segments, other.segments).allSatisfy { own, other in
            own == other || own == .any && other != .literal([])
        }
    }
}
