/// A word of a statement, its quotes resolved.
struct Word {
    let bytes: [UInt8]
    /// Which of the bytes are `|` that were written `\|` and so don't separate values.
    let literalPipes: Set<Int>
    /// True where any of it was quoted: then it is no sign of the language (`{`, `}`, `->`, `=>`).
    let isQuoted: Bool
    let place: Place

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// True for an unquoted word that reads just so.
    func isSign(_ sign: String) -> Bool { !isQuoted && bytes.elementsEqual(sign.utf8) }

    /// `name=value`, split at the first `=`; nil when there is none.
    var assignment: (name: String, value: Word)? {
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        return (String(decoding: bytes[..<equals], as: UTF8.self), suffix(from: equals + 1))
    }

    /// The values between the `|`.
    var alternatives: [[UInt8]] {
        var values: [[UInt8]] = [[]]
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "|") && !literalPipes.contains(index) {
                values.append([])
            } else {
                values[values.count - 1].append(byte)
            }
        }
        return values
    }

    /// What follows the prefix, or nil where it doesn't start so.
    func dropping(prefix: String) -> Word? {
        bytes.starts(with: prefix.utf8) ? suffix(from: prefix.utf8.count) : nil
    }

    /// Keeps the place of the whole word.
    private func suffix(from start: Int) -> Word {
        Word(
            bytes: Array(bytes[start...]),
            literalPipes: Set(literalPipes.lazy.filter { $0 >= start }.map { $0 - start }),
            isQuoted: isQuoted, place: place)
    }
}
