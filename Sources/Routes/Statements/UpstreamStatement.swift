/// `upstream NAME http://HOST:PORT`
enum UpstreamStatement {
    static func parse(_ statement: Statement, _ reporter: Reporter) -> Upstream? {
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let name = arguments.next("a name for the upstream, such as app"),
            let url = arguments.next("the upstream's URL, such as http://127.0.0.1:3000")
        else { return nil }
        arguments.finish()
        let address = self.address(url, reporter)
        guard isName(name.text) else {
            reporter.error(
                name.place, "expected a name for the upstream: a letter, then letters, digits, \"-\" or \"_\"")
            return nil
        }
        guard let address else { return nil }
        return Upstream(name: name.text, host: address.host, port: address.port ?? 80, line: statement.line)
    }

    /// A letter first: so a name is never taken for a status in `expect`.
    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, SegmentTable.isLetter(first) else { return false }
        return text.utf8.allSatisfy {
            SegmentTable.isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "-_".utf8.contains($0)
        }
    }

    private static func address(_ url: Word, _ reporter: Reporter) -> HostPort? {
        // A password in a URL is a secret in clear.
        if url.bytes.contains(UInt8(ascii: "@")) {
            reporter.mask(url.place)
            reporter.error(url.place, "an upstream's URL has no user and no password")
            return nil
        }
        if url.text.lowercased().hasPrefix("https://") {
            reporter.error(url.place, "https to an upstream isn't available yet", hint: "write http://HOST:PORT")
            return nil
        }
        guard url.text.lowercased().hasPrefix("http://") else {
            reporter.error(url.place, "expected an URL: http://HOST:PORT", hint: "write http://\(url.text)")
            return nil
        }
        var authority = url.text.dropFirst("http://".count)
        if authority.last == "/" { authority = authority.dropLast() }
        guard !authority.contains(where: { "/?#".contains($0) }) else {
            reporter.error(
                url.place, "an upstream's URL has no path, query or fragment",
                hint: "the path of a request is forwarded as it is; write http://HOST:PORT")
            return nil
        }
        return HostPort(authority, of: url, lowestPort: 1, reporter)
    }
}
