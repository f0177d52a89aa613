/// Writes entries to the blacklist, and keeps in the database what can't be written now.
///
/// A cutoff has one key for all times, so an earlier one that is late must not replace a later one. It is kept before it is written
/// and let go afterwards: whoever finds then that a later one has taken its place, or that it is gone, does not know which of the
/// two the blacklist has now, and writes a third that is later than both.
struct RevocationWriter: Sendable {
    let store: any AccountStore
    /// False: it could not be written now.
    let revoke: @Sendable (RevocationEntry) async -> Bool
    /// Milliseconds since 1970.
    let now: @Sendable () -> Int64
    /// Of an access token, in milliseconds: for so long a cutoff counts.
    let accessLife: Int64

    /// - Returns: whether the blacklist has it; otherwise it is kept for ``writeKept(at:)``.
    func write(_ entry: RevocationEntry) async throws(StoreFault) -> Bool {
        if entry.isCutoff {
            try await store.addPending(entry)
            return try await writeKept(entry)
        }
        if await revoke(entry) { return true }
        try await store.addPending(entry)
        return false
    }

    /// What could not be written before, until something can't be again.
    func writeKept(at now: Int64) async throws(StoreFault) {
        // One after the other, each as it is now: a later cutoff may have taken an earlier one's place meanwhile.
        var last: [UInt8] = []
        for _ in 0..<1000 {
            guard let entry = try await store.pending(behind: last, at: now) else { break }
            last = entry.key
            // What is so young is being written by whoever made it.
            if let moment = entry.cutoff, abs(now - moment) < Self.patience { continue }
            guard try await writeKept(entry) else { break }
        }
    }

    /// Longer than a write takes that is going to be one, in milliseconds.
    private static let patience: Int64 = 5000

    private func writeKept(_ entry: RevocationEntry) async throws(StoreFault) -> Bool {
        guard await revoke(entry) else { return false }
        if try await store.removePending(entry) || !entry.isCutoff { return true }
        let last = RevocationEntry.cutoff(key: entry.key, at: now() + 1, life: accessLife)
        try await store.addPending(last)
        guard await revoke(last) else { return false }
        _ = try await store.removePending(last)
        return true
    }
}
