/// A stretch of one line.
struct Place: Sendable, Hashable {
    /// 1-based.
    let line: Int
    /// 1-based, in characters.
    let column: Int
    /// In characters, at least one.
    let width: Int

    /// The character after it: where something is missing.
    var end: Place { Place(line: line, column: column + width, width: 1) }
}
