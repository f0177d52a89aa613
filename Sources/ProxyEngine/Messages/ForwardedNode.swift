internal import NIOCore

/// One element of `X-Forwarded-For`, or a node of `Forwarded` (RFC 7239 §6): an address, with or without a port.
enum ForwardedNode {
    /// `[2001:db8:…]:65535` has fewer octets.
    private static let longest = 64

    /// The address, without the port; nil for what is none: a name, `unknown`, a port that is no number.
    static func address(_ octets: Span<UInt8>, _ range: Range<Int>) -> SocketAddress? {
        guard !range.isEmpty, range.count <= longest else { return nil }
        var text: [UInt8] = []
        for position in range { text.append(octets[position]) }
        guard let host = host(text[...]) else { return nil }
        return try? SocketAddress(ipAddress: String(decoding: host, as: UTF8.self), port: 0)
    }

    private static func host(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let (inner, rest) = (text[(text.startIndex + 1)..<end], text[(end + 1)...])
            guard inner.contains(UInt8(ascii: ":")) else { return nil }
            return rest.isEmpty || rest.first == UInt8(ascii: ":") && isPort(rest.dropFirst()) ? inner : nil
        }
        // One colon stands before a port; an IPv6 address has more.
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")),
            colon == text.lastIndex(of: UInt8(ascii: ":"))
        else { return text }
        return isPort(text[(colon + 1)...]) ? text[..<colon] : nil
    }

    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        (1...5).contains(text.count) && UInt16(String(decoding: text, as: UTF8.self)) != nil
            && text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
