/// Addresses that share their first bits: `10.0.0.0/8`, `2001:db8::/32`, or one address.
///
/// IPv4 addresses mapped into IPv6 (`::ffff:10.0.0.1`, RFC 4291 §2.5.5.2) are the IPv4 addresses that they stand for, as
/// a socket that serves both families reports them.
package struct AddressBlock: Sendable, Equatable {
    /// 4 or 16, in network order; zero behind the prefix.
    package let octets: [UInt8]
    /// How many of the bits count: at most 32 or 128.
    package let prefixLength: Int
    /// As it is written in the file.
    package let text: String

    private static let mapping: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// - Parameter text: an address, or `ADDRESS/N`, nothing around it.
    package init(_ text: String) throws(AddressFault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let octets = AddressParser.parse(parts[0].utf8) else { throw .notAnAddress }
        var length = octets.count * 8
        if parts.count == 2 {
            guard let written = Self.length(parts[1], atMost: length) else { throw .invalidPrefix(longest: length) }
            length = written
        }
        let masked = Self.masked(octets, length)
        guard masked == octets else { throw .bitsBehindPrefix(block: "\(AddressText.render(masked))/\(length)") }
        let isMapped = octets.starts(with: Self.mapping) && length >= Self.mapping.count * 8
        self.octets = isMapped ? Array(octets.dropFirst(Self.mapping.count)) : octets
        prefixLength = isMapped ? length - Self.mapping.count * 8 : length
        self.text = text
    }

    /// True for an address of the block.
    ///
    /// - Parameter address: 4 or 16 octets in network order; of any other number it is in no block.
    package func contains(_ address: [UInt8]) -> Bool {
        let isMapped = address.count == 16 && address.starts(with: Self.mapping)
        let address = isMapped ? Array(address.dropFirst(Self.mapping.count)) : address
        return address.count == octets.count && Self.masked(address, prefixLength) == octets
    }

    /// True where every address of the family belongs to it.
    package var isEverything: Bool { prefixLength == 0 }

    /// Digits, without a zero in front.
    private static func length(_ text: Substring, atMost longest: Int) -> Int? {
        guard Quantity.isDigits(text), text.utf8.count <= 3, text == "0" || text.first != "0", let length = Int(text)
        else { return nil }
        return length <= longest ? length : nil
    }

    private static func masked(_ octets: [UInt8], _ length: Int) -> [UInt8] {
        octets.enumerated().map { index, octet in
            let bits = min(8, max(0, length - index * 8))
            return octet & UInt8(truncatingIfNeeded: 0xFF00 >> bits)
        }
    }
}
