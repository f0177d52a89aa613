/// `env:NAME` and `file:PATH`, and the care that what isn't one of these is never shown.
enum Secrets {
    static func source(_ word: Word, _ reporter: Reporter) -> SecretSource? {
        if let name = word.dropping(prefix: "env:") {
            guard isVariableName(name.bytes) else {
                reporter.mask(word.place)
                reporter.error(
                    word.place, "expected the name of an environment variable after \"env:\"",
                    hint: "a name is letters, digits and underscores, such as env:ACCESS_TOKEN_SECRET")
                return nil
            }
            return .environment(name.text)
        }
        if let path = word.dropping(prefix: "file:") {
            guard !path.bytes.isEmpty else {
                reporter.error(word.place, "expected the path of a file after \"file:\"")
                return nil
            }
            return .file(path.text)
        }
        reporter.mask(word.place)
        reporter.error(
            word.place, "a secret is never written in this file",
            hint: "write env:NAME to take it from the environment, or file:PATH", kind: .secretInFile)
        return nil
    }

    /// POSIX names (IEEE 1003.1 §8.1), in either case.
    private static func isVariableName(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
        return bytes.allSatisfy { byte in
            byte == UInt8(ascii: "_") || ASCII.isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
    }
}
