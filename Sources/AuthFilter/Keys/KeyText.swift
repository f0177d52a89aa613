// Small questions about the bytes of a key file.
extension [UInt8] {
    /// Without the blanks and line ends around it: a file ends in a newline that nobody meant.
    var trimmingWhitespace: ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
        let start = firstIndex { !isBlank($0) } ?? endIndex
        let end = lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return self[start..<end]
    }
}

extension ArraySlice<UInt8> {
    /// Where `pattern` begins for the first time.
    func firstIndex(of pattern: [UInt8]) -> Int? {
        guard count >= pattern.count else { return nil }
        return (startIndex...endIndex - pattern.count).first { self[$0..<$0 + pattern.count].elementsEqual(pattern) }
    }
}
