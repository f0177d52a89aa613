/// `redis://HOST[:PORT][/DB]`
struct RedisURL {
    let host: String
    let port: Int
    let database: Int

    init?(_ word: Word, _ reporter: Reporter) {
        if word.bytes.contains(UInt8(ascii: "@")) {
            reporter.mask(word.place)
            reporter.error(
                word.place, "a secret is never written in this file",
                hint: "leave user and password out of the URL; in the block, write: password env:NAME",
                kind: .secretInFile)
            return nil
        }
        if word.text.hasPrefix("rediss://") {
            reporter.error(word.place, "TLS to Redis isn't available yet", hint: "write redis://HOST:PORT")
            return nil
        }
        guard word.text.hasPrefix("redis://") else {
            reporter.error(
                word.place, "expected the address of Redis: redis://HOST:PORT or redis://HOST:PORT/DB",
                hint: Self.hint(word.text))
            return nil
        }
        let rest = word.text.dropFirst("redis://".count)
        let authority = rest.prefix { $0 != "/" }
        guard let address = HostPort(authority, of: word, lowestPort: 1, reporter) else { return nil }
        host = address.host
        // Redis' own port.
        port = address.port ?? 6379
        let path = rest[authority.endIndex...].dropFirst()
        guard path.isEmpty || Quantity.isDigits(path) && Int32(path) != nil else {
            reporter.error(
                word.place, "expected the number of a database after the address, such as redis://HOST:PORT/0")
            return nil
        }
        database = Int(path) ?? 0
    }

    private static func hint(_ text: String) -> String {
        switch text.lowercased() {
        case "off", "none", "no", "false", "memory": "without a blacklist, leave the line out"
        case "redis", "on": "write redis://127.0.0.1:6379"
        default: text.contains(":") && !text.contains("/") ? "write redis://\(text)" : "such as redis://127.0.0.1:6379"
        }
    }
}
