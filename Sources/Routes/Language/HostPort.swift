/// An address in a file: `127.0.0.1:8080`, `[::1]:8080`, `app.internal:3000`.
struct HostPort {
    let host: String
    /// nil: none is written.
    let port: Int?

    /// - Parameters:
    ///   - text: a part of the word.
    ///   - lowestPort: 0 where the kernel may choose one.
    init?(_ text: Substring, of word: Word, lowestPort: Int, _ reporter: Reporter) {
        if let (message, hint) = Self.slip(text, lowestPort) {
            reporter.error(word.place, message, hint: hint)
            return nil
        }
        var rest = text
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]"), Self.isIPv6(rest[rest.index(after: rest.startIndex)..<close])
            else {
                reporter.error(word.place, "expected an IPv6 address in brackets, such as [::1]:8080")
                return nil
            }
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...]
        } else {
            let name = rest.prefix { $0 != ":" }
            rest = rest[name.endIndex...]
            guard rest.dropFirst().firstIndex(of: ":") == nil else {
                reporter.error(word.place, "an IPv6 address stands in brackets", hint: "write [::1]:8080")
                return nil
            }
            guard Self.isName(name) else {
                reporter.error(word.place, "expected an address: HOST:PORT, such as 127.0.0.1:8080")
                return nil
            }
            host = String(name)
        }
        guard !rest.isEmpty else {
            port = nil
            return
        }
        guard rest.first == ":", Quantity.isDigits(rest.dropFirst()), let number = Int(rest.dropFirst()),
            lowestPort...65_535 ~= number
        else {
            reporter.error(word.place, "expected a port from \(lowestPort) to 65535 after the host")
            return nil
        }
        port = number
    }

    /// What is often written instead.
    private static func slip(_ text: Substring, _ lowestPort: Int) -> (message: String, hint: String)? {
        if let scheme = text.firstRange(of: "://") {
            let rest = text[scheme.upperBound...].prefix { $0 != "/" }
            return (
                "an address has no scheme", "write \(rest); TLS is switched on by a certificate in the block of listen"
            )
        }
        if Quantity.isDigits(text) {
            return ("expected an address: HOST:PORT", "write 127.0.0.1:\(text), or 0.0.0.0:\(text) for all addresses")
        }
        if text.hasPrefix("*:") || text.hasPrefix(":"), Quantity.isDigits(text.drop { $0 == "*" || $0 == ":" }) {
            let port = text.drop { $0 == "*" || $0 == ":" }
            return ("all addresses are written out", "write 0.0.0.0:\(port), or [::]:\(port) for IPv6 too")
        }
        if text.hasPrefix("/") || text.hasPrefix("unix:"), lowestPort == 0 {
            return ("a listener has an address of IP", "write 127.0.0.1:8080")
        }
        return nil
    }

    /// Letters, digits, hyphens, dots and underscores (which container networks use).
    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy { byte in
                ASCII.isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || "-._".utf8.contains(byte)
            }
    }

    /// Near enough to tell it from a name; the resolver has the last word.
    private static func isIPv6(_ text: Substring) -> Bool {
        text.contains(":") && text.utf8.allSatisfy { ASCII.hexValue($0) != nil || ":.".utf8.contains($0) }
    }
}
