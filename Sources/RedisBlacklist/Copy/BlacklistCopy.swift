/// An exact copy of the live blacklist, as far as the changes that Redis tells of have come in. A value without I/O.
///
/// A key that has changed is in doubt until its new state is here: about such a key Redis has to be asked.
package struct BlacklistCopy: Sendable {
    private enum Entry: Sendable {
        case present
        /// A subject's cutoff, as it stands there.
        case value([UInt8])
        /// A subject's key that is no string: whoever asks Redis is told so.
        case unreadable
    }

    private var entries: [BlacklistKey: Entry] = [:]
    /// How many answers about a key are awaited.
    private var doubts: [BlacklistKey: Int] = [:]

    package init() {}

    package var count: Int { entries.count }

    /// - Returns: nil when Redis has to be asked.
    package func answer(_ query: RevocationQuery) -> RevocationAnswer? {
        if entries.isEmpty, doubts.isEmpty { return .clear }
        let (token, subject) = (query.tokenKey.map(BlacklistKey.init), query.subjectKey.map(BlacklistKey.init))
        if !doubts.isEmpty, isInDoubt(token) || isInDoubt(subject) { return nil }
        if let token, entries[token] != nil { return .revoked }
        guard let subject, let entry = entries[subject] else { return .clear }
        switch entry {
        case .value(let text): return RevocationAnswer(getReply: .string(text))
        case .present, .unreadable: return nil
        }
    }

    private func isInDoubt(_ key: BlacklistKey?) -> Bool { key.map { doubts[$0] != nil } ?? false }

    /// Its state is being asked for.
    package mutating func doubt(_ key: [UInt8]) { doubts[BlacklistKey(key), default: 0] += 1 }

    /// Its state is this: what EXISTS or, for a subject's key, GET has answered.
    package mutating func settle(_ octets: [UInt8], _ reply: RedisReply) {
        let key = BlacklistKey(octets)
        switch reply {
        case .integer(0), .absent: entries[key] = nil
        case .integer: entries[key] = .present
        case .string(let text): entries[key] = .value(text)
        case .error, .status, .array: entries[key] = .unreadable
        }
        guard let awaited = doubts[key] else { return }
        doubts[key] = awaited > 1 ? awaited - 1 : nil
    }
}
