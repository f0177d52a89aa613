/// The path of a rule, from its word.
///
///     pattern = "/" / 1*( "/" segment ) [ "/" ] / *( "/" segment ) "/**"
///     segment = literal / "{" name "}"
struct PatternParser {
    /// What a rule must tolerate to ever match.
    private(set) var needed: Tolerance = []
    private(set) var pattern = PathPattern(segments: [], hasRest: false)

    private let word: Word
    private let reporter: Reporter

    /// nil when the word isn't a path; the error is reported then.
    init?(_ word: Word, _ reporter: Reporter) {
        (self.word, self.reporter) = (word, reporter)
        guard word.bytes.first == PathBytes.Character.slash else {
            let (message, hint) = Self.slip(word.text)
            reporter.error(word.place, message, hint: hint)
            return nil
        }
        let parts = word.bytes.dropFirst().split(
            separator: PathBytes.Character.slash, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            guard take(Array(part), isLast: index == parts.count - 1) else { return nil }
        }
    }

    /// What is often written instead of a path.
    private static func slip(_ text: String) -> (message: String, hint: String) {
        if let scheme = text.firstRange(of: "://") {
            let rest = text[scheme.upperBound...]
            let host = rest.prefix { $0 != "/" }
            let path = rest[host.endIndex...]
            return (
                "a rule's path has no scheme and no host",
                "write \(path.isEmpty ? "/**" : String(path)), and host=\(host) for one host only"
            )
        }
        if text.hasPrefix("^") || text.hasPrefix("~") || text.hasPrefix("@") {
            return (
                "a path is no regular expression",
                "write names, {name} for one segment, and /** at the end for all below"
            )
        }
        if text.hasPrefix("*.") || text.hasPrefix(".") {
            return ("a path is not matched by its ending", "name the folder: /static/**")
        }
        return ("expected a path, which starts with \"/\"", "write /\(text)")
    }

    private mutating func take(_ part: [UInt8], isLast: Bool) -> Bool {
        if part == Array("**".utf8) {
            pattern.hasRest = true
            return isLast || fail("\"**\" can only be the last segment of a path")
        }
        if part.isEmpty {
            if !isLast { needed.insert(.emptySegment) }
            pattern.segments.append(.literal([]))
            return true
        }
        if part.contains(UInt8(ascii: "{")) || part.contains(UInt8(ascii: "}")) {
            pattern.segments.append(.any)
            if part.suffix(4) == Array("...}".utf8)[...] {
                warn(
                    "\(String(decoding: part, as: UTF8.self)) stands for one segment",
                    "write ** at the end for all below")
            }
            return isParameter(part) || fail("expected {name}, alone between two slashes, where a segment may vary")
        }
        if part.contains(UInt8(ascii: "*")) {
            return fail(
                "\"*\" doesn't stand for a part of a path",
                hint: "write {name} for one segment, ** at the end for the rest, %2A for the character itself")
        }
        if part.first == UInt8(ascii: ":"), part.count > 1 {
            let name = String(decoding: part.dropFirst(), as: UTF8.self)
            warn("\":\(name)\" is matched as it is written", "write {\(name)} for a segment that varies")
        }
        if let first = part.first, part.count > 2, first == UInt8(ascii: "["), part.last == UInt8(ascii: "]") {
            let name = String(decoding: part.dropFirst().dropLast(), as: UTF8.self)
            warn("\"[\(name)]\" is matched as it is written", "write {\(name)} for a segment that varies")
        } else if part.first == UInt8(ascii: "$"), part.count > 1 {
            let name = String(decoding: part.dropFirst(), as: UTF8.self)
            warn("\"$\(name)\" is matched as it is written", "write {\(name)} for a segment that varies")
        }
        return takeLiteral(part)
    }

    private func warn(_ message: String, _ hint: String) {
        reporter.warning(word.place, message, hint: hint, kind: .foreignParameter)
    }

    private func isParameter(_ part: [UInt8]) -> Bool {
        guard part.count > 2, part.first == UInt8(ascii: "{"), part.last == UInt8(ascii: "}") else { return false }
        return part.dropFirst().dropLast().allSatisfy {
            ASCII.isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "_-.".utf8.contains($0)
        }
    }

    private mutating func takeLiteral(_ part: [UInt8]) -> Bool {
        let signs = [PathBytes.Character.percent, PathBytes.Character.semicolon]
        if let byte = part.first(where: { $0 < 0x80 && !PathBytes.isOrdinary($0) && !signs.contains($0) }) {
            let character = String(decoding: [byte], as: UTF8.self)
            return fail(
                byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
                    ? "a rule's path has no query and no fragment: \"\(character)\" can't stand in it"
                    : "\"\(character)\" can't stand in a path",
                hint: byte == UInt8(ascii: "\\") ? nil : "percent-encode it where the character itself is meant")
        }
        var decoder = SegmentDecoder()
        if let ambiguity = decoder.decode(part.span, part.indices) {
            return fail("no request can match: \(ambiguity.explanation)")
        }
        guard decoder.count <= SegmentDecoder.longestLiteral else {
            return fail("a segment is longer than \(SegmentDecoder.longestLiteral) bytes")
        }
        needed.formUnion(decoder.needed)
        pattern.segments.append(.literal((0..<decoder.count).map { decoder.bytes[$0] }))
        return true
    }

    private func fail(_ message: String, hint: String? = nil) -> Bool {
        reporter.error(word.place, message, hint: hint)
        return false
    }
}
