/// What a text file must be before its words are read: UTF-8 without a byte order mark and control characters.
enum SourceCheck {
    /// False when the line can't be read; the error is reported then.
    static func isReadable(_ bytes: ArraySlice<UInt8>, line: Int, _ reporter: Reporter) -> Bool {
        if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            reporter.error(
                Place(line: 1, column: 1, width: 1), "the file starts with a byte order mark",
                hint: "save it as UTF-8 without one")
            return false
        }
        var checker = UTF8Checker()
        for index in bytes.indices {
            let byte = bytes[index]
            guard checker.push(byte) else {
                return fail("invalid UTF-8", at: index, bytes, line, reporter)
            }
            if byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7F {
                let name = byte == 0 ? "a NUL byte" : "a control character"
                return fail("\(name) can't stand in the file", at: index, bytes, line, reporter)
            }
        }
        return checker.isComplete ? true : fail("invalid UTF-8", at: bytes.endIndex, bytes, line, reporter)
    }

    private static func fail(
        _ message: String, at index: Int, _ bytes: ArraySlice<UInt8>, _ line: Int, _ reporter: Reporter
    ) -> Bool {
        let column = String(decoding: bytes[..<index], as: UTF8.self).count + 1
        reporter.error(Place(line: line, column: column, width: 1), message)
        return false
    }
}
