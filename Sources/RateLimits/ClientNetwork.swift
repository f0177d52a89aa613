internal import Routes

/// The network that a client is counted by: one who has an address has its neighbours, too.
package enum ClientNetwork {
    /// /24 of IPv4, /64 of IPv6, however the address is written. One of IPv4 in IPv6 form, as a listener at `[::]` sees it, is
    /// the IPv4 address that it is: otherwise all of them were one network. What is no address counts by itself.
    package static func of(_ address: String) -> String {
        guard let octets = try? AddressBlock(address).octets else { return address }
        if octets.count == 4 { return octets.prefix(3).map(String.init).joined(separator: ".") + ".0/24" }
        let groups = (0..<4).map { UInt16(octets[2 * $0]) << 8 | UInt16(octets[2 * $0 + 1]) }
        return groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }
}
