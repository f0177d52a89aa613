/// The settings of an upstream's block that concern TLS to its servers.
struct UpstreamTLSSettings {
    static let keywords = ["ca", "server-name", "certificate"]

    private(set) var settings = Upstream.TLS()
    /// Where the first of them stands.
    private(set) var place: Place?

    /// - Returns: false after an error.
    mutating func take(
        _ name: String, _ statement: Statement, _ arguments: inout Arguments, _ reporter: Reporter
    ) -> Bool {
        if place == nil { place = statement.keyword.place }
        switch name {
        case "ca":
            guard let word = arguments.next("who signs the servers' certificates: file:ca.pem") else { return false }
            arguments.finish()
            settings.authority = Self.file(word, reporter)
            return settings.authority != nil
        case "server-name":
            guard let word = arguments.next("the name that the servers' certificates are for") else { return false }
            arguments.finish()
            settings.serverName = Self.name(word, reporter)
            return settings.serverName != nil
        default:
            guard let chain = arguments.next("the chain and the key: certificate file:chain.pem file:key.pem"),
                let key = arguments.next("the key behind the chain: file:key.pem")
            else { return false }
            arguments.finish(masking: true)
            settings.chain = Self.file(chain, reporter)
            settings.key = Self.file(key, reporter)
            return settings.chain != nil && settings.key != nil
        }
    }

    private static func file(_ word: Word, _ reporter: Reporter) -> String? {
        switch Secrets.source(word, reporter) {
        case .file(let path): return path
        case .environment:
            reporter.error(word.place, "expected file:PATH: certificates and keys are in files")
            return nil
        case nil: return nil
        }
    }

    /// SNI knows names only (RFC 6066 §3).
    private static func name(_ word: Word, _ reporter: Reporter) -> String? {
        let text = word.text
        let isName = text.utf8.allSatisfy {
            ASCII.isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "-._".utf8.contains($0)
        }
        // What ends in a digit is an address.
        guard isName, let last = text.utf8.last, ASCII.isLetter(last) else {
            reporter.error(word.place, "expected a host name, such as app.internal")
            return nil
        }
        return text
    }
}
