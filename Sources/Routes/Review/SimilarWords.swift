/// Words that are one slip of the fingers apart: a letter too much, too few or another, two exchanged, or other case.
///
/// Numbered and lettered families (`level1` and `level2`, `tenant-a` and `tenant-b`) and short words aren't meant.
enum SimilarWords {
    /// In shorter words every letter counts.
    private static let shortest = 4
    /// What is longer is no word, and would make many keys.
    private static let longest = 64

    /// Two words that are similar have a key in common, so that not every word is compared with every other.
    static func keys(_ word: [UInt8]) -> [[UInt8]] {
        guard shortest...longest ~= word.count else { return [] }
        let folded = word.map(SegmentTable.folded)
        return [folded]
            + folded.indices.map { index in
                var rest = folded
                rest.remove(at: index)
                return rest
            }
    }

    static func areSimilar(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left != right, left.count >= shortest, right.count >= shortest else { return false }
        let (left, right) = (left.map(SegmentTable.folded), right.map(SegmentTable.folded))
        if left == right { return true }
        let start = zip(left, right).prefix { $0 == $1 }.count
        let end = min(
            zip(left.reversed(), right.reversed()).prefix { $0 == $1 }.count, min(left.count, right.count) - start)
        let (own, other) = (left[start..<left.count - end], right[start..<right.count - end])
        switch (own.count, other.count) {
        case (0, 1), (1, 0): return (own + other).allSatisfy(ASCII.isLetter)
        case (1, 1): return (own + other).allSatisfy(ASCII.isLetter) && !isAlone(own, left)
        case (2, 2): return own.allSatisfy(ASCII.isLetter) && own.elementsEqual(other.reversed())
        default: return false
        }
    }

    /// True for a letter between two others that aren't letters: the name of one of a family.
    private static func isAlone(_ letter: ArraySlice<UInt8>, _ word: [UInt8]) -> Bool {
        let before = letter.startIndex > 0 && ASCII.isLetter(word[letter.startIndex - 1])
        let after = letter.endIndex < word.count && ASCII.isLetter(word[letter.endIndex])
        return !before && !after
    }
}
