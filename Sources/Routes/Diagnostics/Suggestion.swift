/// "Did you mean": the candidate that is nearest to what was written.
package enum Suggestion {
    /// nil when nothing is near: a third of the word may differ, two characters at most. Case doesn't count.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let written = Array(word.lowercased().utf8.prefix(64))
        let limit = min(2, max(1, written.count / 3))
        let distances = candidates.map { (name: $0, distance: distance(written, Array($0.lowercased().utf8))) }
        return distances.filter { $0.distance <= limit }.min { $0.distance < $1.distance }?.name
    }

    static func hint(for word: String, among candidates: [String]) -> String? {
        nearest(to: word, among: candidates).map { "did you mean \"\($0)\"?" }
    }

    /// Damerau's distance, neighbours only: insertions, deletions, replacements and exchanges of two neighbours.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, before[j - 1] + 1)
                }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[right.count]
    }
}
