/// `Host = uri-host [ ":" port ]` (RFC 9110 §7.2), uri-host as in RFC 3986 §3.2.2.
enum HostField {
    /// Whether `range` is a host that is not empty, with an optional decimal port.
    static func isValid(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        guard let hostEnd = octets[range.lowerBound] == 0x5B ? endOfLiteral(octets, range) : endOfName(octets, range)
        else { return false }
        return isValidPort(octets, hostEnd..<range.upperBound)
    }

    /// reg-name and IPv4address: unreserved, pct-encoded, sub-delims. Of these the percent sign and the sub-delims are
    /// left out: no host on the Internet has them, and software disagrees about them.
    private static func endOfName(_ octets: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var position = range.lowerBound
        while position < range.upperBound, octets[position] != Octet.colon {
            let octet = octets[position]
            guard Octet.folded(octet) != 0 || octet == 0x2D || octet == 0x2E || octet == 0x5F || octet == 0x7E
            else { return nil }
            position += 1
        }
        return position > range.lowerBound ? position : nil
    }

    /// IP-literal = "[" ( IPv6address ) "]"
    private static func endOfLiteral(_ octets: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var position = range.lowerBound + 1
        while position < range.upperBound, octets[position] != 0x5D {
            let octet = octets[position]
            guard Octet.hexValue(octet) != nil || octet == Octet.colon || octet == 0x2E else { return nil }
            position += 1
        }
        guard position < range.upperBound, position > range.lowerBound + 2 else { return nil }
        return position + 1
    }

    private static func isValidPort(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let first = range.first else { return true }
        guard octets[first] == Octet.colon, let port = octets.decimal(first + 1..<range.upperBound) else { return false }
        return port <= 65535
    }
}
