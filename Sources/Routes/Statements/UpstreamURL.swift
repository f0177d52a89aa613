/// `http://HOST[:PORT][/BASE]`
struct UpstreamURL {
    let host: String
    let port: Int
    /// Empty, or like `/base`.
    let basePath: String

    init?(_ word: Word, _ reporter: Reporter) {
        guard Self.isAllowed(word, reporter) else { return nil }
        let rest = word.text.dropFirst("http://".count)
        let authority = rest.prefix { !"/?#".contains($0) }
        let path = rest[authority.endIndex...]
        guard !path.contains(where: { "?#".contains($0) }) else {
            reporter.error(
                word.place, "an upstream's URL has no query and no fragment", hint: "write http://HOST:PORT/BASE")
            return nil
        }
        let address = HostPort(authority, of: word, lowestPort: 1, reporter)
        // A slash alone is no base path.
        let base = path == "/" ? path.dropFirst() : path
        guard base.isEmpty || PathPrefix.check(base, of: word, "the base path", reporter), let address else {
            return nil
        }
        (host, port, basePath) = (address.host, address.port ?? 80, String(base))
    }

    private static func isAllowed(_ word: Word, _ reporter: Reporter) -> Bool {
        // A password in a URL is a secret in clear. An "@" of the path is of no use to anybody.
        if word.bytes.contains(UInt8(ascii: "@")) {
            reporter.mask(word.place)
            reporter.error(word.place, "an upstream's URL has no user and no password", kind: .secretInFile)
            return false
        }
        if word.text.lowercased().hasPrefix("https://") {
            reporter.error(word.place, "https to an upstream isn't available yet", hint: "write http://HOST:PORT")
            return false
        }
        guard word.text.lowercased().hasPrefix("http://") else {
            reporter.error(word.place, "expected an URL: http://HOST:PORT", hint: "write http://\(word.text)")
            return false
        }
        return true
    }
}
