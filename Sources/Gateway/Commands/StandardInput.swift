internal import ArgumentParser

/// What an argument `-` stands for, so that a token need not appear in the list of processes or a shell's history.
enum StandardInput {
    /// The first word of standard input for `-`, and any other argument itself. `Bearer` before a token is skipped.
    static func word(for argument: String) throws -> String {
        guard argument == "-" else { return argument }
        while let line = readLine() {
            let words = line.split { $0 == " " || $0 == "\t" }
            let rest = words.first?.lowercased() == "bearer" ? words.dropFirst() : words[...]
            if let word = rest.first { return String(word) }
        }
        throw ValidationError("There is nothing on standard input.")
    }
}
