/// The configured name of a claim: first an exact member name, then a path into nested objects.
///
/// `realm_access.roles` is the member "realm_access.roles" if there is one (names that are URLs contain dots), else
/// the member "roles" of the object "realm_access".
package struct ClaimName: Sendable, Equatable {
    let bytes: [UInt8]
    private let fingerprint: NameFingerprint
    /// The parts between the dots; empty when there is no dot.
    private let path: [[UInt8]]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        fingerprint = NameFingerprint(bytes)
        path =
            bytes.contains(UInt8(ascii: "."))
            ? bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) } : []
    }

    /// The claim among the members that a reader has just found; `claims` is the object they belong to.
    func find(among members: [JSONMember], of claims: JSONValue, in text: Span<UInt8>) -> JSONValue? {
        for index in members.indices where members[index].fingerprint == fingerprint {
            if fingerprint.isWholeName || JSONStringBytes.equal(members[index].name, in: text, to: bytes.span) {
                return members[index].value
            }
        }
        return followPath(from: claims, in: text)
    }

    /// The claim in an object whose members nobody has listed.
    func find(in claims: JSONValue, of text: Span<UInt8>) -> JSONValue? {
        Self.member(bytes, of: claims, in: text) ?? followPath(from: claims, in: text)
    }

    private func followPath(from claims: JSONValue, in text: Span<UInt8>) -> JSONValue? {
        guard !path.isEmpty else { return nil }
        var value = claims
        for name in path {
            guard let next = Self.member(name, of: value, in: text) else { return nil }
            value = next
        }
        return value
    }

    private static func member(_ name: [UInt8], of object: JSONValue, in text: Span<UInt8>) -> JSONValue? {
        guard object.kind == .object, var walk = JSONWalk(object) else { return nil }
        while let member = walk.nextMember(in: text) {
            if JSONStringBytes.equal(member.name, in: text, to: name.span) { return member.value }
        }
        return nil
    }
}
