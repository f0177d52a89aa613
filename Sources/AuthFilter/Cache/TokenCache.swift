/// Tokens that were verified, so that the same token need not be verified again: a signature costs 0.3 µs (HS256) to
/// 100 µs (EdDSA), a look here some 50 ns.
///
/// What is remembered is that these very bytes were signed by one of our keys and say what they say. It depends on
/// nothing but the whole token and the policy, so the key is the whole token, and a cache belongs to one policy: with
/// other keys or rules there is another cache, an empty one. Validity in time is checked at every look, revocation
/// and the route's conditions by the caller, on every request.
///
/// Bounded: `capacity` entries, in sets of eight. A full set forgets the entry that was not used for longest. Confined
/// to one event loop.
package final class TokenCache {
    /// A verified token, and what follows from it under one configuration, kept by whoever works it out first.
    package final class Entry {
        fileprivate let token: [UInt8]
        fileprivate var lastUse: UInt64
        package let verified: VerifiedToken
        /// The identity headers (``IdentityHeaders``).
        package var identityLines: [UInt8]?
        /// The blacklist's keys, prefix included.
        package var revocationKeys: (token: [UInt8]?, subject: [UInt8]?)?

        fileprivate init(token: [UInt8], verified: VerifiedToken, lastUse: UInt64) {
            self.token = token
            self.verified = verified
            self.lastUse = lastUse
        }

        /// An entry that is in no cache: of a token that nobody sent (``VerifiedToken/hypothetical(claims:policy:at:)``).
        package convenience init(uncached verified: VerifiedToken) {
            self.init(token: [], verified: verified, lastUse: 0)
        }
    }

    /// What became of looks: read by metrics.
    package struct Counts: Sendable {
        package var hits: UInt64 = 0
        package var misses: UInt64 = 0
    }

    /// Tokens in use at a time on one event loop that are served without verifying them again. A slot is 8 bytes; a
    /// token's entry takes about 1 KB, so a full cache about 32 MB.
    package static let defaultCapacity = 32 * 1024

    private static let setSize = 8

    package private(set) var counts = Counts()
    private let mask: UInt64
    private let seed: UInt64
    private var slots: [Entry?]
    private var clock: UInt64 = 0

    /// - Parameter capacity: rounded up to a power of two.
    package init(capacity: Int) {
        var sets = 1
        while sets * Self.setSize < capacity { sets *= 2 }
        mask = UInt64(sets - 1)
        seed = .random(in: .min ... .max)
        slots = Array(repeating: nil, count: sets * Self.setSize)
    }

    /// The entry of exactly these bytes. Whether the token is still within its time is the caller's to ask
    /// (``VerifiedToken/refusal(at:)``).
    package func find(_ token: Span<UInt8>) -> Entry? {
        guard let first = firstSlot(of: token) else { return nil }
        clock &+= 1
        for slot in first..<first + Self.setSize {
            guard let entry = slots[slot], Self.equal(entry.token, token) else { continue }
            entry.lastUse = clock
            counts.hits &+= 1
            return entry
        }
        counts.misses &+= 1
        return nil
    }

    /// Remembers a token that was verified just now. Give only the bytes that were verified.
    package func insert(_ token: Span<UInt8>, _ verified: VerifiedToken) -> Entry {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(token.count)
        for index in token.indices { bytes.append(token[index]) }
        let entry = Entry(token: bytes, verified: verified, lastUse: clock)
        if let first = firstSlot(of: token) { slots[slotToFill(from: first)] = entry }
        return entry
    }

    /// The keys changed: what was accepted before may not be now.
    package func removeAll() {
        for slot in slots.indices { slots[slot] = nil }
    }

    /// A free one, or the one that was not used for longest.
    private func slotToFill(from first: Int) -> Int {
        var victim = first
        for slot in first..<first + Self.setSize {
            guard let entry = slots[slot] else { return slot }
            if let oldest = slots[victim], entry.lastUse < oldest.lastUse { victim = slot }
        }
        return victim
    }

    /// By the token's last sixteen characters. They belong to the signature, of which nobody who can't sign can choose
    /// a bit, so sets can't be overfilled on purpose; and they differ between any two tokens of one key.
    private func firstSlot(of token: Span<UInt8>) -> Int? {
        guard token.count >= 16 else { return nil }
        let bytes = token.bytes
        let low = bytes.unsafeLoadUnaligned(fromByteOffset: token.count - 16, as: UInt64.self)
        let high = bytes.unsafeLoadUnaligned(fromByteOffset: token.count - 8, as: UInt64.self)
        let product = (low ^ seed).multipliedFullWidth(by: high | 1)
        let hash = product.high ^ product.low
        return Int((hash ^ (hash >> 32)) & mask) * Self.setSize
    }

    /// Compared by words: tokens are some hundred bytes long.
    private static func equal(_ known: [UInt8], _ token: Span<UInt8>) -> Bool {
        guard known.count == token.count else { return false }
        let (first, second) = (known.span.bytes, token.bytes)
        var offset = 0
        while offset + 8 <= token.count {
            let left = first.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let right = second.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard left == right else { return false }
            offset += 8
        }
        while offset < token.count {
            guard known[offset] == token[offset] else { return false }
            offset += 1
        }
        return true
    }
}
