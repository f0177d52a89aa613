internal import Glibc
package import NIOCore

/// A range of IP addresses in CIDR form (RFC 4632): `10.0.0.0/8`, `fd00::/8`.
package struct AddressRange: Sendable, Equatable {
    /// 4 or 16 octets in network order.
    let octets: [UInt8]
    let prefixLength: Int

    /// - Returns: nil unless `octets` is an IPv4 or IPv6 address and `prefixLength` fits it.
    package init?(octets: [UInt8], prefixLength: Int) {
        guard octets.count == 4 || octets.count == 16, (0...octets.count * 8).contains(prefixLength) else { return nil }
        self.octets = octets
        self.prefixLength = prefixLength
    }

    package func contains(_ address: SocketAddress) -> Bool {
        guard let other = Self.octets(of: address), other.count == octets.count else { return false }
        var left = prefixLength
        for index in octets.indices where left > 0 {
            let mask = left >= 8 ? UInt8.max : ~(UInt8.max >> UInt8(left))
            guard octets[index] & mask == other[index] & mask else { return false }
            left -= 8
        }
        return true
    }

    /// The address in network order; an IPv4 address that came in IPv6 form (RFC 4291 §2.5.5.2) as the 4 octets it is.
    static func octets(of address: SocketAddress) -> [UInt8]? {
        guard let text = address.ipAddress else { return nil }
        var octets = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &octets) == 1 { return Array(octets.prefix(4)) }
        guard inet_pton(AF_INET6, text, &octets) == 1 else { return nil }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return Array(octets.prefix(12)) == mapped ? Array(octets.suffix(4)) : octets
    }

    /// The address as text, without its port; an IPv4 address as such, also where a socket of both families has it in IPv6 form.
    static func text(of address: SocketAddress) -> String? {
        guard let octets = octets(of: address), octets.count == 4 else { return address.ipAddress }
        return octets.map(String.init).joined(separator: ".")
    }
}

extension [AddressRange] {
    func contain(_ address: SocketAddress?) -> Bool {
        guard let address else { return false }
        return contains { $0.contains(address) }
    }
}
