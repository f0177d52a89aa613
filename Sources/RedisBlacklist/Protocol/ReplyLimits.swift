/// How large a reply may be before the connection is given up.
package struct ReplyLimits: Sendable {
    /// Bytes of one reply not yet complete. Far above any instant, so that one absurd value under a subject's key
    /// is that subject's problem and does not cost everybody the connection.
    package var bytes: Int
    /// Elements of one reply's arrays together; 0 refuses arrays.
    package var elements: Int
    package var depth: Int

    package init(bytes: Int, elements: Int, depth: Int) {
        self.bytes = bytes
        self.elements = elements
        self.depth = depth
    }

    /// EXISTS, GET, AUTH and SELECT never answer with an array.
    package static let lookups = ReplyLimits(bytes: 64 * 1024, elements: 0, depth: 0)
    /// CONFIG GET answers with one array of names and values.
    package static let administration = ReplyLimits(bytes: 64 * 1024, elements: 64, depth: 1)
}
