/// The octets of an address, from its text.
///
///     IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet       ; RFC 3986 §3.2.2: no zero in front
///     IPv6address = 7( h16 ":" ) h16, one "::" for one or more groups of zeros, the last two groups an IPv4address
///                   where that is written                                     ; RFC 4291 §2.2
///     h16         = 1*4HEXDIG
enum AddressParser {
    /// 4 or 16 octets; nil when it is neither.
    static func parse(_ text: Substring.UTF8View) -> [UInt8]? {
        text.contains(UInt8(ascii: ":")) ? ipv6(text) : ipv4(text)
    }

    private static func ipv4(_ text: Substring.UTF8View) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let octets = parts.compactMap(octet)
        return octets.count == 4 ? octets : nil
    }

    private static func octet(_ text: Substring.UTF8View) -> UInt8? {
        guard 1...3 ~= text.count, text.count == 1 || text.first != UInt8(ascii: "0"),
            text.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return UInt8(exactly: text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }

    private static func ipv6(_ text: Substring.UTF8View) -> [UInt8]? {
        guard let gap = gap(in: text) else {
            let octets = groups(text, mayEndInIPv4: true)
            return octets?.count == 16 ? octets : nil
        }
        guard let head = groups(text[..<gap], mayEndInIPv4: false),
            let tail = groups(text[gap...].dropFirst(2), mayEndInIPv4: true), head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// Where the first `::` is. A second one leaves an empty group, which is an error.
    private static func gap(in text: Substring.UTF8View) -> Substring.UTF8View.Index? {
        let colon = UInt8(ascii: ":")
        return text.indices.first { index in
            text[index] == colon && text[index...].dropFirst().first == colon
        }
    }

    private static func groups(_ text: Substring.UTF8View, mayEndInIPv4: Bool) -> [UInt8]? {
        if text.isEmpty { return [] }
        var octets: [UInt8] = []
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let last = ipv4(part) else { return nil }
                octets += last
            } else {
                guard let group = group(part) else { return nil }
                octets += group
            }
        }
        return octets
    }

    private static func group(_ text: Substring.UTF8View) -> [UInt8]? {
        guard 1...4 ~= text.count else { return nil }
        var value: UInt16 = 0
        for byte in text {
            guard let digit = ASCII.hexValue(byte) else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
}
