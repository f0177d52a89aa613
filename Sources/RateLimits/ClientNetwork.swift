internal import Routes

/// The network that a client is counted by: one who has an address has its neighbours, too.
package enum ClientNetwork {
    /// /24 of IPv4, also where a socket that serves both families reports it as `::ffff:192.0.2.1`; /64 of IPv6. What is no
    /// address counts by itself.
    package static func of(_ address: String) -> String {
        guard let octets = try? AddressBlock(address).octets else { return address }
        if octets.count == 4 { return "\(octets[0]).\(octets[1]).\(octets[2]).0/24" }
        let groups = stride(from: 0, to: 8, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
        return groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }
}
