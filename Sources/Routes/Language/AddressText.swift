/// An address as it is best written: dotted quad, or IPv6 by RFC 5952.
enum AddressText {
    /// - Parameter octets: 4 or 16.
    static func render(_ octets: [UInt8]) -> String {
        octets.count == 4 ? octets.map { String($0) }.joined(separator: ".") : ipv6(octets)
    }

    /// The longest run of two or more zero groups becomes `::`, the first of several (RFC 5952 §4.2).
    private static func ipv6(_ octets: [UInt8]) -> String {
        let groups = stride(from: 0, to: octets.count, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
        let run = longestRun(of: groups)
        guard run.count > 1 else { return text(groups[...]) }
        return text(groups[..<run.lowerBound]) + "::" + text(groups[run.upperBound...])
    }

    private static func text(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    private static func longestRun(of groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in groups.indices {
            if groups[index] != 0 {
                start = index + 1
            } else if index + 1 - start > longest.count {
                longest = start..<index + 1
            }
        }
        return longest
    }
}
