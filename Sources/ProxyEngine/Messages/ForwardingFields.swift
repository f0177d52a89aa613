package import NIOCore

/// What the upstream is told of the way a request came: `X-Forwarded-For`, `-Proto`, `-Host`, `Forwarded` (RFC 7239),
/// `Via` (RFC 9110 §7.6.3) and `X-Request-Id`.
///
/// Whatever of it a client sends is dropped, unless the client is a proxy that the configuration trusts: then its word
/// is kept and ours is added. No decision is ever taken from any of it.
package final class ForwardingFields: Sendable {
    private let peer: String
    private let trusted: [AddressRange]
    let isTrusted: Bool
    /// How the connection came to us: `http` or `https`.
    private let scheme: String
    let isHTTP2: Bool
    /// For requests of a peer that is not trusted: the same for all of them.
    private let ownLines: [UInt8]

    package init(peer: SocketAddress?, trusted: [AddressRange], isSecure: Bool = false, isHTTP2: Bool = false) {
        self.isHTTP2 = isHTTP2
        self.trusted = trusted
        scheme = isSecure ? "https" : "http"
        self.peer = peer.flatMap(AddressRange.text) ?? "unknown"
        isTrusted = peer.map { peer in trusted.contains { $0.contains(peer) } } ?? false
        ownLines = Array(
            "X-Forwarded-For: \(self.peer)\r\nX-Forwarded-Proto: \(scheme)\r\n\(Self.forwarded(self.peer, scheme))\r\n"
                .utf8)
    }

    /// All lines but `Via`, `X-Forwarded-Host` and `X-Request-Id`, which differ from request to request.
    func lines(for head: RequestHead) -> [UInt8] {
        guard isTrusted else { return ownLines }
        let word = ForwardedWord(of: head)
        var lines = Array("X-Forwarded-For: ".utf8)
        word.append(word.chains, to: &lines)
        lines += Array("\(peer)\r\nX-Forwarded-Proto: \(word.origin(peer, scheme, trusted).scheme)\r\nForwarded: ".utf8)
        if word.forwarded != nil { word.append(word.forwardedFields, to: &lines) }
        lines += Array("\(Self.node(peer));proto=\(scheme)\r\n".utf8)
        return lines
    }

    /// The host that a trusted proxy was asked for; nil: that of this request.
    func host(for head: RequestHead) -> String? {
        guard isTrusted else { return nil }
        let hosts = head.values(named: "x-forwarded-host")
        guard hosts.count == 1 else { return nil }
        let octets = Array(hosts[0].utf8)
        return HostField.isValid(octets.span, 0..<octets.count) ? hosts[0] : nil
    }

    /// What a trusted proxy has taken off the path: like `/outer`, of letters, digits and `-._~` between slashes, in segments that are
    /// neither empty nor dots; anything else is dropped.
    func prefix(for head: RequestHead) -> String? {
        guard isTrusted else { return nil }
        let prefixes = head.values(named: "x-forwarded-prefix")
        guard prefixes.count == 1, prefixes[0].utf8.count <= 256, prefixes[0].utf8.first == Octet.slash else {
            return nil
        }
        let segments = prefixes[0].utf8.dropFirst().split(separator: Octet.slash, omittingEmptySubsequences: false)
        let arePlain = segments.allSatisfy { segment in
            !segment.isEmpty && !segment.allSatisfy { $0 == UInt8(ascii: ".") }
                && segment.allSatisfy { Octet.folded($0) != 0 || "-._~".utf8.contains($0) }
        }
        return arePlain ? prefixes[0] : nil
    }

    /// The id that a trusted proxy gave the request.
    func requestID(for head: RequestHead) -> [UInt8]? {
        guard isTrusted else { return nil }
        let ids = head.values(named: "x-request-id")
        guard ids.count == 1, RequestID.isAcceptable(ids[0].utf8) else { return nil }
        return Array(ids[0].utf8)
    }

    /// Who asks, and how they came, as far as trusted proxies can tell.
    package func origin(of head: RequestHead) -> ForwardedOrigin {
        guard isTrusted else { return ForwardedOrigin(address: peer, scheme: scheme) }
        return ForwardedWord(of: head).origin(peer, scheme, trusted)
    }

    private static func forwarded(_ peer: String, _ scheme: String) -> String {
        "Forwarded: \(node(peer));proto=\(scheme)"
    }

    /// `for=192.0.2.1`, `for="[2001:db8::1]"` (RFC 7239 §6).
    private static func node(_ peer: String) -> String {
        peer.contains(":") ? "for=\"[\(peer)]\"" : "for=\(peer)"
    }
}

extension RequestHead {
    /// The values of all fields of one of the reserved names, in order. They hold no control octet, which was checked;
    /// one that is not ASCII is passed over, as an upstream could not tell what it means.
    fileprivate func values(named name: StaticString) -> [String] {
        let bytes = bytes
        let octets = bytes.readableBytesUInt8Span
        var values: [String] = []
        for field in section.fields where field.kind == .reserved && octets.equalsIgnoringCase(field.name, name) {
            var text: [UInt8] = []
            for position in field.value { text.append(octets[position]) }
            guard !text.isEmpty, text.allSatisfy({ $0 < 0x80 }) else { continue }
            values.append(String(decoding: text, as: UTF8.self))
        }
        return values
    }
}
