/// `http://HOST[:PORT][/BASE]`, `https://HOST[:PORT][/BASE]` or `unix:/PATH`
struct UpstreamURL {
    /// What `sockaddr_un` holds, with a zero behind it.
    private static let longestSocketPath = 107

    let scheme: Upstream.Server.Scheme
    /// Of a unix socket its path.
    let host: String
    let port: Int
    /// Empty, or like `/base`.
    let basePath: String

    init?(_ word: Word, _ reporter: Reporter) {
        guard let scheme = Self.scheme(word, reporter) else { return nil }
        self.scheme = scheme
        if scheme == .unix {
            guard let path = Self.socketPath(word, reporter) else { return nil }
            (host, port, basePath) = (path, 0, "")
            return
        }
        let rest = word.text.dropFirst("\(scheme.rawValue)://".count)
        let authority = rest.prefix { !"/?#".contains($0) }
        let path = rest[authority.endIndex...]
        guard !path.contains(where: { "?#".contains($0) }) else {
            reporter.error(
                word.place, "an upstream's URL has no query and no fragment",
                hint: "write \(scheme.rawValue)://HOST:PORT/BASE")
            return nil
        }
        let address = HostPort(authority, of: word, lowestPort: 1, reporter)
        // A slash alone is no base path.
        let base = path == "/" ? path.dropFirst() : path
        guard base.isEmpty || PathPrefix.check(base, of: word, "the base path", reporter), let address else {
            return nil
        }
        (host, port, basePath) = (address.host, address.port ?? (scheme == .https ? 443 : 80), String(base))
    }

    private static func socketPath(_ word: Word, _ reporter: Reporter) -> String? {
        let path = word.text.dropFirst("unix:".count)
        guard path.hasPrefix("/"), !path.hasPrefix("//") else {
            reporter.error(
                word.place, "expected the socket's path from the root", hint: "write unix:/run/app.sock")
            return nil
        }
        guard path.utf8.count <= longestSocketPath else {
            reporter.error(word.place, "the path of a socket has at most \(longestSocketPath) bytes")
            return nil
        }
        return String(path)
    }

    private static func scheme(_ word: Word, _ reporter: Reporter) -> Upstream.Server.Scheme? {
        let text = word.text.lowercased()
        if text.hasPrefix("unix:") { return .unix }
        // A password in a URL is a secret in clear. An "@" of the path is of no use to anybody.
        if word.bytes.contains(UInt8(ascii: "@")) {
            reporter.mask(word.place)
            reporter.error(word.place, "an upstream's URL has no user and no password", kind: .secretInFile)
            return nil
        }
        if text.hasPrefix("https://") { return .https }
        if text.hasPrefix("http://") { return .http }
        if let scheme = word.text.firstRange(of: "://") {
            reporter.error(
                word.place, "expected http://, https:// or unix:, not \(word.text[..<scheme.upperBound])",
                hint: "write http://\(word.text[scheme.upperBound...])")
            return nil
        }
        if word.text.hasPrefix("/") {
            reporter.error(
                word.place, "expected an URL: http://HOST:PORT", hint: "a socket is written unix:\(word.text)")
            return nil
        }
        let rest = word.text.hasPrefix(":") ? "127.0.0.1\(word.text)" : word.text
        reporter.error(word.place, "expected an URL: http://HOST:PORT", hint: "write http://\(rest)")
        return nil
    }
}
