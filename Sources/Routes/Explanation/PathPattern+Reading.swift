/// The pattern read plainly, without the automata: what explains a decision shares no code with what makes it.
extension PathPattern {
    /// - Parameter path: its segments, decoded; the last one empty where it ends with a slash.
    func matches(_ path: [[UInt8]]) -> Bool {
        guard hasRest ? path.count >= segments.count : path.count == segments.count else { return false }
        return zip(segments, path).allSatisfy { segment, bytes in
            switch segment {
            case .literal(let literal): literal == bytes
            case .any: !bytes.isEmpty
            }
        }
    }

    /// One kind for each segment, then its end. Among patterns that match one path the lesser is the more specific.
    var kinds: [SegmentKind] {
        segments.map { $0 == .any ? .parameter : .literal } + [hasRest ? .rest : .end]
    }
}
