/// Why a text is no `AddressBlock`.
package enum AddressFault: Error, Sendable, Equatable {
    /// Neither IPv4 nor IPv6.
    case notAnAddress
    /// What follows the slash is no number of bits.
    case invalidPrefix(longest: Int)
    /// Bits are set that the prefix leaves out: which block it is.
    case bitsBehindPrefix(block: String)
}
