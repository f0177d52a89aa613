package import NIOCore

/// What counts as one address: an IPv4 address, or the 64 bits of an IPv6 address that name a network (RFC 4291 §2.5.4),
/// since within those a client has as many addresses as it likes.
package struct AddressKey: Sendable, Hashable {
    /// 4 octets, or 8.
    private let octets: UInt64
    private let isIPv4: Bool

    /// nil for what is no address of IP.
    package init?(_ address: SocketAddress) {
        guard let octets = AddressRange.octets(of: address) else { return nil }
        self.octets = octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        isIPv4 = octets.count == 4
    }
}
