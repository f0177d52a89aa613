/// A key of the blacklist, prefix included, as a dictionary has it: hashed in one piece, where an array of octets is hashed octet
/// by octet. Every request looks two of them up.
package struct BlacklistKey: Hashable, Sendable {
    package let octets: [UInt8]

    package init(_ octets: [UInt8]) { self.octets = octets }

    /// Equal keys are equally long, so what is hashed needs no length.
    package func hash(into hasher: inout Hasher) {
        octets.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
