internal import AuthFilter

/// JSON from outside, one member a line, for a person to read. What is no strict JSON is shown as it is, in quotes.
enum PrettyJSON {
    static func lines(_ text: [UInt8]) -> [String] {
        var reader = JSONReader()
        do throws(JSONFault) { _ = try reader.read(text.span) } catch { return [PlainText.quoted(text)] }
        var layout = Layout()
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): layout.add(takeString(&rest))
            case UInt8(ascii: "{"), UInt8(ascii: "["): layout.open(byte, isEmpty: closesAtOnce(rest))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): layout.close(byte)
            case UInt8(ascii: ","): layout.separate()
            case UInt8(ascii: ":"): layout.add(": ")
            case 0x20, 0x09, 0x0A, 0x0D: continue
            default: layout.add(String(Unicode.Scalar(byte)))
            }
        }
        return layout.lines
    }

    /// From behind the opening quote to behind the closing one. Escapes stay as they are.
    private static func takeString(_ rest: inout ArraySlice<UInt8>) -> String {
        var content: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            content.append(byte)
            if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() { content.append(escaped) }
        }
        return "\"" + PlainText.plain(content) + "\""
    }

    private static func closesAtOnce(_ rest: ArraySlice<UInt8>) -> Bool {
        let next = rest.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return next == UInt8(ascii: "}") || next == UInt8(ascii: "]")
    }

    private struct Layout {
        var lines = [""]
        private var depth = 0
        private var isEmpty = false

        mutating func add(_ text: String) { lines[lines.count - 1] += text }

        mutating func open(_ bracket: UInt8, isEmpty: Bool) {
            add(String(Unicode.Scalar(bracket)))
            self.isEmpty = isEmpty
            depth += 1
            if !isEmpty { begin() }
        }

        mutating func close(_ bracket: UInt8) {
            depth -= 1
            if !isEmpty { begin() }
            isEmpty = false
            add(String(Unicode.Scalar(bracket)))
        }

        mutating func separate() {
            add(",")
            begin()
        }

        private mutating func begin() { lines.append(String(repeating: "  ", count: depth)) }
    }
}
