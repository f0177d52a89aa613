/// The path of a request as docs/routes-conf.md reads it, in the plainest way: its decoded segments, and what a route
/// would have to tolerate in it.
struct PlainPath {
    private(set) var segments: [[UInt8]] = []
    private(set) var needed: Set<String> = []

    /// Nil where the path is refused whatever the routes say.
    init?(_ path: [UInt8]) {
        guard path.first == 0x2F else { return nil }
        let raw = path.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false)
        for (index, segment) in raw.enumerated() {
            if segment.isEmpty, index < raw.count - 1 { needed.insert("empty-segment") }
            guard segment.allSatisfy(Self.isAllowed), let decoded = Self.decoded(segment) else { return nil }
            guard !decoded.contains(where: { $0 < 0x20 || $0 == 0x7F }), Self.isUTF8(decoded) else { return nil }
            guard !Self.holdsDots(decoded) else { return nil }
            if decoded.contains(0x2F) { needed.insert("encoded-slash") }
            if decoded.contains(0x5C) { needed.insert("encoded-backslash") }
            if decoded.contains(0x3B) { needed.insert("semicolon") }
            if Self.unescapedOnce(decoded) != decoded { needed.insert("double-escape") }
            segments.append(decoded)
        }
    }

    /// pchar, and `[ ] | ^`.
    private static func isAllowed(_ octet: UInt8) -> Bool {
        octet.isLetter || octet.isDigit || "-._~!$&'()*+,;=:@%[]|^".utf8.contains(octet)
    }

    private static func decoded(_ segment: ArraySlice<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        var rest = segment
        while let octet = rest.popFirst() {
            guard octet == 0x25 else {
                decoded.append(octet)
                continue
            }
            guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else { return nil }
            decoded.append(high << 4 | low)
        }
        return decoded
    }

    private static func isUTF8(_ octets: [UInt8]) -> Bool { String(validating: octets, as: UTF8.self) != nil }

    /// Whoever decodes once more: escapes that are none stay as they are.
    private static func unescapedOnce(_ octets: [UInt8]) -> [UInt8] {
        var unescaped: [UInt8] = []
        var rest = octets[...]
        while let octet = rest.popFirst() {
            if octet == 0x25, rest.count >= 2, let high = rest[rest.startIndex].hexValue,
                let low = rest[rest.startIndex + 1].hexValue
            {
                unescaped.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                unescaped.append(octet)
            }
        }
        return unescaped
    }

    /// A segment, or what a lax reader takes for one, of dots, or of dots and blanks.
    private static func holdsDots(_ decoded: [UInt8]) -> Bool {
        unescapedOnce(decoded).split(whereSeparator: { [0x2F, 0x5C, 0x3B].contains($0) }).contains { part in
            part.contains(0x2E) && part.allSatisfy { $0 == 0x2E || $0 == 0x20 }
        }
    }

    /// The path again, every octet that a segment may not simply hold escaped, or all of them.
    func encoded(escapingAll: Bool = false) -> [UInt8] {
        segments.flatMap { segment in
            [0x2F]
                + segment.flatMap { octet -> [UInt8] in
                    let isPlain = octet.isLetter || octet.isDigit || "-._~".utf8.contains(octet)
                    guard escapingAll || !isPlain else { return [octet] }
                    let digits = String(octet, radix: 16)
                    return octets("%" + (digits.count == 1 ? "0" : "") + digits)
                }
        }
    }

    /// With the case of every letter that `isFlipped` says changed, and with or without its trailing slash.
    func spelled(togglingSlash: Bool, _ isFlipped: () -> Bool) -> PlainPath {
        var other = self
        other.segments = segments.map { $0.map { $0.isLetter && isFlipped() ? $0 ^ 0x20 : $0 } }
        guard togglingSlash else { return other }
        if other.segments.last == [] {
            if other.segments.count > 1 { other.segments.removeLast() }
        } else {
            other.segments.append([])
        }
        return other
    }
}
