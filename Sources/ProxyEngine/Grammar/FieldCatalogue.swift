/// The field names the engine recognises, looked up by a hash that is computed while the name is scanned.
///
/// Names are hashed and compared folded (see ``Octet/folded(_:)``), so `X_User.Id` finds the entry of `X-User-Id`.
/// An entry says whether any spelling counts or only the exact one, and what a name is that merely folds to it.
///
/// A class, though it never changes once it is made: every message refers to it, and one reference is less to count than two arrays.
package final class FieldCatalogue: Sendable {
    private struct Entry: Sendable {
        var hash: UInt32
        var folded: [UInt8]
        /// The length of the name itself: as folding only drops octets, a name that folds to `folded` and has the
        /// length and separators of the original differs from it in nothing but case.
        var name: [UInt8]
        var exact: FieldKind
        var lookalike: FieldKind
    }

    /// Open addressing; a slot holds the position of an entry plus one, 0 where it is free. Their number is a power of
    /// two and at least twice that of the entries, so that most names which are not here meet a free slot at once.
    private let slots: [UInt32]
    private let entries: [Entry]

    private init(_ names: Names) { (slots, entries) = (names.slots, names.entries) }

    /// Knows no name.
    static let empty = FieldCatalogue(Names())

    /// Fields of a request: `reserved` are further names that no client may set.
    package static func request(reserved: [String]) -> FieldCatalogue {
        var names = Names()
        names.addFraming()
        names.add("Host", .host, lookalike: .other)
        names.add("Expect", .expect, lookalike: .other)
        names.add("Max-Forwards", .maxForwards, lookalike: .other)
        names.add("Authorization", .authorization, lookalike: .other)
        for name in [
            // A client's Proxy becomes HTTP_PROXY for CGI programs ("httpoxy"); its credentials are for a proxy.
            "Proxy", "Proxy-Authorization",
            "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
            "X-Forwarded-Server", "X-Forwarded-Uri", "X-Forwarded-Prefix", "X-Real-IP", "X-Request-Id",
            // Some frameworks route by these instead of the target that was decided on.
            "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override",
        ] + reserved {
            names.add(name, .reserved, lookalike: .reserved)
        }
        return FieldCatalogue(names)
    }

    /// Fields of a response: `dropped` are names that an upstream may not say, since the gateway does.
    package static func response(dropped: [String] = []) -> FieldCatalogue {
        var names = Names()
        names.addFraming()
        names.add("Date", .date, lookalike: .other)
        names.add("Location", .location, lookalike: .other)
        names.add("Content-Location", .location, lookalike: .other)
        names.add("Set-Cookie", .setCookie, lookalike: .other)
        for name in dropped { names.add(name, .hopByHop, lookalike: .other) }
        return FieldCatalogue(names)
    }

    /// What the name `octets[start..<end]` is, whose folded octets hash to `hash`.
    @inline(__always)
    func kind(of octets: Span<UInt8>, _ start: Int, _ end: Int, hash: FieldNameHash) -> FieldKind {
        var slot = Int(hash.value) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if entries[index].hash == hash.value, let kind = compare(index, octets, start, end) { return kind }
            slot = (slot + 1) & (slots.count - 1)
        }
        return .other
    }

    private func compare(_ index: Int, _ octets: Span<UInt8>, _ start: Int, _ end: Int) -> FieldKind? {
        let entry = entries[index]
        // Most names that are known come as they are known; they need no folding.
        if end - start == entry.name.count, isExactly(entry.name, octets, start) { return entry.exact }
        var matched = 0
        for position in start..<end {
            let folded = Octet.folded(octets[position])
            guard folded != 0 else { continue }
            guard matched < entry.folded.count, entry.folded[matched] == folded else { return nil }
            matched += 1
        }
        return matched == entry.folded.count ? entry.lookalike : nil
    }

    /// Whether the octets from `start` on are `name`, which is in lower case, without regard to case.
    private func isExactly(_ name: [UInt8], _ octets: Span<UInt8>, _ start: Int) -> Bool {
        for offset in name.indices where Octet.lowercased(octets[start + offset]) != name[offset] { return false }
        return true
    }
}

extension FieldCatalogue {
    /// The names while they are gathered.
    private struct Names {
        private(set) var slots = [UInt32](repeating: 0, count: 512)
        private(set) var entries: [Entry] = []

        mutating func addFraming() {
            add("Content-Length", .contentLength, lookalike: .framingLookalike)
            add("Transfer-Encoding", .transferEncoding, lookalike: .framingLookalike)
            add("Connection", .connection, lookalike: .hopByHop)
            add("Upgrade", .upgrade, lookalike: .hopByHop)
            for name in ["Keep-Alive", "Proxy-Connection", "TE", "Trailer", "HTTP2-Settings"] {
                add(name, .hopByHop, lookalike: .hopByHop)
            }
        }

        mutating func add(_ name: String, _ exact: FieldKind, lookalike: FieldKind) {
            let octets = Array(name.utf8)
            let folded = octets.map(Octet.folded).filter { $0 != 0 }
            guard !folded.isEmpty else { return }
            var hash = FieldNameHash()
            for octet in folded { hash.absorb(octet) }
            if let known = entries.firstIndex(where: { $0.folded == folded }) {
                // A name that is also vouched for: what merely looks like it must not pass as ours.
                if exact == .reserved { entries[known].lookalike = .reserved }
                return
            }
            entries.append(
                Entry(
                    hash: hash.value, folded: folded, name: octets.map(Octet.lowercased), exact: exact,
                    lookalike: lookalike))
            guard entries.count * 2 <= slots.count else { return grow() }
            place(entries.count - 1)
        }

        private mutating func grow() {
            slots = [UInt32](repeating: 0, count: slots.count * 2)
            for index in entries.indices { place(index) }
        }

        private mutating func place(_ index: Int) {
            var slot = Int(entries[index].hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(index + 1)
        }
    }
}

/// FNV-1a over folded octets: a few instructions an octet, and good enough for a table that never grows from input.
struct FieldNameHash {
    private(set) var value: UInt32 = 2_166_136_261

    @inline(__always)
    mutating func absorb(_ folded: UInt8) {
        value = (value ^ UInt32(folded)) &* 16_777_619
    }
}
