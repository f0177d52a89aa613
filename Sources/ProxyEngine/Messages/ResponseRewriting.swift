/// What the paths and the hosts that an application names in its responses are for clients: `Location` (RFC 9110 §10.2.2),
/// `Content-Location` (§8.7), and `Path` and `Domain` of `Set-Cookie` (RFC 6265 §5.2).
///
/// The application knows its paths without the prefix that is taken off for it and behind the base path that is put there, and a
/// `Host` of its own. What it says of them is turned round; everything else stays as it came, octet for octet.
package struct ResponseRewriting: Sendable {
    /// Taken off the path of requests: empty, or like `/legacy`.
    private let prefix: [UInt8]
    /// Put in front of the path of requests: empty, or like `/base`.
    private let base: [UInt8]
    /// The hosts that are the application's own, in lower case and without the port where it is the scheme's.
    private let hosts: [[UInt8]]
    /// The name that the application sees as `Host`, without its port; nil: the client's.
    private let ownName: [UInt8]?

    /// - Parameters:
    ///   - host: the `Host` that the application sees; nil: the client's.
    ///   - authorities: `host[:port]` of its servers.
    package init(prefix: [UInt8], base: [UInt8], host: String?, authorities: [String]) {
        (self.prefix, self.base) = (prefix, base)
        hosts = (authorities + (host.map { [$0] } ?? [])).map { Self.normalized(Array($0.utf8)[...], port: nil) }
        ownName = host.map { Array(Array(HostField.name(of: $0).utf8).map(Octet.lowercased)) }
    }

    /// What is the same for all fields of one response.
    package struct Request {
        /// The client's `Host`, where the application saw it.
        package var host: [UInt8]?
        /// What trusted proxies in front have taken off before: empty, or like `/outer`.
        package var outerPrefix: [UInt8]

        package init(host: [UInt8]?, outerPrefix: [UInt8] = []) {
            self.host = host
            self.outerPrefix = outerPrefix
        }
    }

    // MARK: Location

    /// A reference to the application itself as a path from the root, which no `Host` of a client can turn elsewhere.
    ///
    /// - Returns: nil where the value stays.
    package func location(_ value: [UInt8], _ request: Request) -> [UInt8]? {
        if value.first == Octet.slash { return path(value[...], request) }
        guard let reference = Self.absolute(value),
            hosts.contains(reference.authority) || reference.authority == request.host.map({ host(of: reference, $0) })
        else { return nil }
        // "http://app" and "http://app?q" mean the root.
        let rest = reference.rest.first == Octet.slash ? reference.rest : ([Octet.slash] + reference.rest)[...]
        guard !base.isEmpty || !prefix.isEmpty else { return Self.isRooted(rest) ? Array(rest) : nil }
        if let path = path(rest, request) { return path }
        // It has the prefix already; without a base path it is the application's all the same.
        return hasPrefix(rest, request) && Self.isRooted(rest) ? Array(rest) : nil
    }

    private struct Absolute {
        /// As ``hosts``.
        var authority: [UInt8]
        var port: [UInt8]
        var rest: ArraySlice<UInt8>
    }

    private func host(of reference: Absolute, _ text: [UInt8]) -> [UInt8] {
        Self.normalized(text[...], port: reference.port)
    }

    /// `http://` or `https://`, a host, and perhaps a port (RFC 3986 §3.2), without a user.
    private static func absolute(_ value: [UInt8]) -> Absolute? {
        for (scheme, port) in [("http://", "80"), ("https://", "443")] {
            let start = Array(scheme.utf8)
            guard value.count > start.count, zip(value, start).allSatisfy({ Octet.lowercased($0) == $1 }) else {
                continue
            }
            let rest = value[start.count...]
            let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
            let authority = rest[..<end]
            guard !authority.isEmpty, !authority.contains(Octet.at) else { return nil }
            return Absolute(
                authority: normalized(authority, port: Array(port.utf8)), port: Array(port.utf8), rest: rest[end...])
        }
        return nil
    }

    /// In lower case, and without the port that the scheme has; nil: without 80 and 443.
    private static func normalized(_ authority: ArraySlice<UInt8>, port: [UInt8]?) -> [UInt8] {
        let lower = authority.map(Octet.lowercased)
        for known in port.map({ [$0] }) ?? [Array("80".utf8), Array("443".utf8)] {
            let tail = [Octet.colon] + known
            if lower.count > tail.count, lower.suffix(tail.count).elementsEqual(tail) {
                return Array(lower.dropLast(tail.count))
            }
        }
        return lower
    }

    // MARK: Paths

    /// A path of the application as clients ask for it; nil where it stays.
    private func path(_ path: ArraySlice<UInt8>, _ request: Request) -> [UInt8]? {
        guard !base.isEmpty || !prefix.isEmpty, Self.isRooted(path) else { return nil }
        guard let rest = Self.behind(base, of: path) else { return nil }
        // An application that heeds X-Forwarded-Prefix has put it there.
        if base.isEmpty, hasPrefix(path, request) { return nil }
        let mapped = prefix + (rest.isEmpty || rest.first != Octet.slash ? [Octet.slash] : []) + rest
        return Self.isRooted(mapped[...]) ? mapped : nil
    }

    private func hasPrefix(_ path: ArraySlice<UInt8>, _ request: Request) -> Bool {
        guard !prefix.isEmpty else { return false }
        return Self.behind(prefix, of: path) != nil || Self.behind(request.outerPrefix + prefix, of: path) != nil
    }

    /// A path from the root, and not what some readers take for another host: `//host`, `/\host` (RFC 3986 §4.2).
    private static func isRooted(_ path: ArraySlice<UInt8>) -> Bool {
        guard path.first == Octet.slash else { return false }
        guard let second = path.dropFirst().first else { return true }
        return second != Octet.slash && second != UInt8(ascii: "\\")
    }

    /// What stands behind `start`, which ends with a whole segment; nil where the path begins otherwise.
    private static func behind(_ start: [UInt8], of path: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard path.starts(with: start) else { return nil }
        let rest = path.dropFirst(start.count)
        guard let next = rest.first else { return rest }
        return "/?#".utf8.contains(next) ? rest : nil
    }

    // MARK: Cookies

    /// - Returns: nil where the cookie stays.
    package func cookie(_ value: [UInt8], _ request: Request) -> [UInt8]? {
        // Its browser wants Path=/ and no Domain (RFC 6265bis §4.1.3.2).
        let host = Array("__host-".utf8)
        guard !zip(value, host).allSatisfy({ Octet.lowercased($0) == $1 }) || value.count < host.count else {
            return nil
        }
        let parts = value.split(separator: Octet.semicolon, omittingEmptySubsequences: false)
        var changed = false
        var out: [[UInt8]] = []
        for (number, part) in parts.enumerated() {
            guard number > 0, let attribute = Attribute(part) else {
                out.append(Array(part))
                continue
            }
            if attribute.name == Array("path".utf8), let mapped = cookiePath(attribute.value, request) {
                changed = true
                out.append(part[..<attribute.value.startIndex] + mapped + part[attribute.value.endIndex...])
            } else if attribute.name == Array("domain".utf8), isOwn(attribute.value) {
                // Browsers drop a cookie for a host that they did not ask; without one it is that of the host they asked.
                changed = true
            } else {
                out.append(Array(part))
            }
        }
        return changed ? Array(out.joined(separator: [Octet.semicolon])) : nil
    }

    private struct Attribute {
        let name: [UInt8]
        let value: ArraySlice<UInt8>

        init?(_ part: ArraySlice<UInt8>) {
            guard let sign = part.firstIndex(of: Octet.equals) else { return nil }
            name = Self.trimmed(part[..<sign]).map(Octet.lowercased)
            value = Self.trimmed(part[(sign + 1)...])
        }

        private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            var text = text
            while let first = text.first, Octet.isBlank(first) { text = text.dropFirst() }
            while let last = text.last, Octet.isBlank(last) { text = text.dropLast() }
            return text
        }
    }

    /// `Path=/` is the prefix itself: `/legacy` is a cookie's path for itself and all below it (RFC 6265 §5.1.4), `/legacy/` is not for
    /// itself.
    private func cookiePath(_ value: ArraySlice<UInt8>, _ request: Request) -> [UInt8]? {
        guard let mapped = path(value, request) else { return nil }
        return mapped.elementsEqual(prefix + [Octet.slash]) && !prefix.isEmpty ? prefix : mapped
    }

    private func isOwn(_ domain: ArraySlice<UInt8>) -> Bool {
        guard let ownName else { return false }
        let name = domain.first == UInt8(ascii: ".") ? domain.dropFirst() : domain
        return name.map(Octet.lowercased) == ownName
    }
}
