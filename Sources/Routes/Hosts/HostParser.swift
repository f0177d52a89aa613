/// Hosts as they are written in a file.
///
///     host  = "*" / [ "*." ] name / IPv4address / "[" IPv6address "]"
///     name  = label *( "." label )                        ; at most 253 bytes, RFC 1035 §2.3.4
///     label = 1*63( letter / digit / "-" / "_" )
enum HostParser {
    /// nil after an error.
    ///
    /// - Parameter text: a part of the word.
    static func parse(_ text: String, of word: Word, _ reporter: Reporter) -> HostPattern? {
        if text == "*" { return .any }
        if text.hasPrefix("[") { return address(text, of: word, reporter) }
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            reporter.error(
                word.place, "a host has no letters but those of ASCII",
                hint: "write the name as requests have it: xn--…")
            return nil
        }
        if text.contains("/") || text.contains(":") {
            reporter.error(
                word.place, "expected a host alone, without scheme, port and path",
                hint: text.contains("::") ? "an IPv6 address stands in brackets: [::1]" : nil)
            return nil
        }
        let isWildcard = text.hasPrefix("*.")
        let name = (isWildcard ? String(text.dropFirst(2)) : text).lowercased()
        guard let problem = problem(name) else { return isWildcard ? .below(name) : .exact(name) }
        reporter.error(word.place, "\"\(text)\" is no host: \(problem)", hint: hint(name, isWildcard))
        return nil
    }

    private static func hint(_ name: String, _ isWildcard: Bool) -> String? {
        if name.contains("*") {
            return "\"*\" stands for the first label, as in *.example.com, or alone for every other host"
        }
        guard name.hasSuffix("."), problem(String(name.dropLast())) == nil else { return nil }
        return "write \(isWildcard ? "*." : "")\(name.dropLast())"
    }

    private static func problem(_ name: String) -> String? {
        if name.utf8.count > 253 { return "it is longer than 253 bytes" }
        for label in name.split(separator: ".", omittingEmptySubsequences: false) {
            if label.isEmpty { return "it has an empty label" }
            if label.utf8.count > 63 { return "a label is longer than 63 bytes" }
            let isPlain = label.utf8.allSatisfy {
                ASCII.isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "-_".utf8.contains($0)
            }
            if !isPlain { return "labels have letters, digits, \"-\" and \"_\"" }
        }
        return nil
    }

    /// One spelling for each, which clients use (RFC 5952): hosts are compared as they are written.
    private static func address(_ text: String, of word: Word, _ reporter: Reporter) -> HostPattern? {
        guard text.hasSuffix("]"), let octets = AddressParser.parse(text.dropFirst().dropLast().utf8),
            octets.count == 16
        else {
            reporter.error(word.place, "expected an IPv6 address in brackets, such as [::1]")
            return nil
        }
        let usual = "[\(AddressText.render(octets))]"
        guard usual == text.lowercased() else {
            reporter.error(word.place, "clients write this address otherwise (RFC 5952)", hint: "write \(usual)")
            return nil
        }
        return .exact(usual)
    }
}
