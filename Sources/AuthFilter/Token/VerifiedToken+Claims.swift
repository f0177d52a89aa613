// What a verified token says. Everything here reads from ranges that were found when it was verified.
extension VerifiedToken {
    /// The subject; nil for tokens without one.
    package var subject: [UInt8]? { claims.subject.map { bytes(of: $0) } }

    /// The scalar claims as bytes; nil when absent or neither string, integer nor boolean.
    package var email: [UInt8]? { claims.email.flatMap { scalar(of: $0) } }

    /// The elements of the role claim that can match a condition, a scalar being one.
    package var roles: [[UInt8]] { scalars(of: claims.role) }

    /// The scopes: the words of a string, or the elements of an array.
    package var scopes: [[UInt8]] {
        guard let scope = claims.scope else { return [] }
        guard scope.isString else { return scalars(of: scope) }
        return bytes(of: scope).split(separator: UInt8(ascii: " ")).map { Array($0) }
    }

    /// The decoded jti.
    package var identifier: [UInt8]? { claims.identifier.map { bytes(of: $0) } }

    package var expiresAt: UnixTime { UnixTime(milliseconds: claims.expiry.ceilingMilliseconds) }

    /// floor(iat × 1000).
    package var issuedAt: UnixTime? { claims.issuedAt.map { UnixTime(milliseconds: $0.floorMilliseconds) } }

    /// The claims as the token carries them, JSON.
    package var claimsText: [UInt8] { Array(storage.dropLast(SignedClaims.fingerprintByteCount)) }

    private func scalars(of value: JSONValue?) -> [[UInt8]] {
        guard let value else { return [] }
        guard value.kind == .array, var walk = JSONWalk(value) else { return [scalar(of: value)].compactMap { $0 } }
        var elements: [[UInt8]] = []
        while let element = walk.nextElement(in: storage.span) {
            if let bytes = scalar(of: element) { elements.append(bytes) }
        }
        return elements
    }

    private func scalar(of value: JSONValue) -> [UInt8]? { value.isComparable ? bytes(of: value) : nil }

    private func bytes(of value: JSONValue) -> [UInt8] {
        var output: [UInt8] = []
        JSONStringBytes.append(value, in: storage.span, to: &output)
        return output
    }
}

extension JSONValue {
    /// Strings, integers and booleans have one spelling and can be compared with a word of the configuration; null,
    /// objects and fractions never match (routes.conf, Routes).
    var isComparable: Bool {
        switch kind {
        case .string, .escapedString, .integer, .true, .false: true
        case .object, .array, .decimal, .null: false
        }
    }
}
