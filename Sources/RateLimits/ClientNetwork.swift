/// The network that a client is counted by: one who has an address has its neighbours, too.
package enum ClientNetwork {
    /// /24 of IPv4, /64 of IPv6.
    package static func of(_ address: String) -> String {
        if address.contains(":") {
            // The first four groups; "::" earlier stands for zeros, which are the same for all of the network.
            let groups = address.split(separator: ":", omittingEmptySubsequences: false)
            return groups.prefix { !$0.isEmpty }.prefix(4).joined(separator: ":") + "::/64"
        }
        return address.split(separator: ".").prefix(3).joined(separator: ".") + ".0/24"
    }
}
