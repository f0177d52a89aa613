/// `Host = uri-host [ ":" port ]` (RFC 9110 §7.2), uri-host as in RFC 3986 §3.2.2.
enum HostField {
    /// A valid host without its port.
    static func name(of host: String) -> String {
        guard !host.hasPrefix("[") else { return host.prefix { $0 != "]" } + "]" }
        return String(host.prefix { $0 != ":" })
    }

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
        while position < range.upperBound, octets[position] != 0x5D { position += 1 }
        guard position < range.upperBound, isIPv6Address(octets, range.lowerBound + 1..<position) else { return nil }
        return position + 1
    }

    /// Eight groups of one to four hexadecimal digits, of which one "::" stands for one or more that are zero; an IPv4
    /// address may stand for the last two.
    private static func isIPv6Address(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var (position, groups, isShortened) = (range.lowerBound, 0, false)
        func isColon(_ offset: Int) -> Bool { offset < range.upperBound && octets[offset] == Octet.colon }
        if isColon(position) {
            guard isColon(position + 1) else { return false }
            (position, isShortened) = (position + 2, true)
        }
        while position < range.upperBound {
            let start = position
            while position < range.upperBound, Octet.hexValue(octets[position]) != nil { position += 1 }
            if position < range.upperBound, octets[position] == 0x2E {
                guard isIPv4Address(octets, start..<range.upperBound) else { return false }
                (position, groups) = (range.upperBound, groups + 2)
                break
            }
            guard 1...4 ~= position - start else { return false }
            groups += 1
            guard position < range.upperBound else { break }
            guard isColon(position) else { return false }
            position += 1
            guard position < range.upperBound else { return false }
            if isColon(position) {
                guard !isShortened else { return false }
                (position, isShortened) = (position + 1, true)
            }
        }
        return isShortened ? groups < 8 : groups == 8
    }

    /// Four numbers up to 255 without leading zeros.
    private static func isIPv4Address(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var (position, numbers) = (range.lowerBound, 0)
        while position < range.upperBound {
            let start = position
            while position < range.upperBound, octets[position] != 0x2E { position += 1 }
            guard position - start <= 3, let number = octets.decimal(start..<position), number <= 255,
                position - start == 1 || octets[start] != Octet.zero
            else { return false }
            numbers += 1
            guard position < range.upperBound else { return numbers == 4 }
            position += 1
        }
        return false
    }

    private static func isValidPort(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let first = range.first else { return true }
        guard octets[first] == Octet.colon, let port = octets.decimal(first + 1..<range.upperBound) else {
            return false
        }
        return port <= 65535
    }
}
