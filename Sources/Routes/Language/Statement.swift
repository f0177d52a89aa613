/// A line of the file, and the lines of the block it opens.
struct Statement {
    /// At least one; without the `{` that opens the block.
    let words: [Word]
    /// nil: no block. Blocks don't nest.
    var block: [Statement]?

    var keyword: Word { words[0] }
    var arguments: ArraySlice<Word> { words.dropFirst() }
    /// Just after the last word.
    var end: Place { words[words.count - 1].place.end }
    var line: Int { keyword.place.line }
    var text: String { words.map(\.text).joined(separator: " ") }
}
