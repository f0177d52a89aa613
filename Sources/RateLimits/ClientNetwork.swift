internal import Glibc

/// The network that a client is counted by: one who has an address has its neighbours, too.
package enum ClientNetwork {
    /// /24 of IPv4, /64 of IPv6, however the address is written. One of IPv4 in IPv6 form (RFC 4291 §2.5.5.2), as a listener at
    /// `[::]` sees it, is the IPv4 address that it is: otherwise all of them were one network.
    package static func of(_ address: String) -> String {
        var octets = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &octets) == 1 { return ofIPv4(octets.prefix(3)) }
        guard inet_pton(AF_INET6, address, &octets) == 1 else { return address }
        let isMapped = octets.prefix(10).allSatisfy { $0 == 0 } && octets[10] == 0xFF && octets[11] == 0xFF
        if isMapped { return ofIPv4(octets[12..<15]) }
        let groups = (0..<4).map { UInt16(octets[2 * $0]) << 8 | UInt16(octets[2 * $0 + 1]) }
        return groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }

    private static func ofIPv4(_ octets: ArraySlice<UInt8>) -> String {
        octets.map(String.init).joined(separator: ".") + ".0/24"
    }
}
