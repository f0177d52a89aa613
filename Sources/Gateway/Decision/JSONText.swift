/// Writes the little JSON that claims need.
enum JSONText {
    static func string(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = [0x22]
        for byte in bytes {
            switch byte {
            case 0x22, 0x5C: text += [0x5C, byte]
            case ..<0x20: text += Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: text.append(byte)
            }
        }
        text.append(0x22)
        return text
    }

    static func array(_ elements: [[UInt8]]) -> [UInt8] {
        Array("[".utf8) + elements.joined(separator: [0x2C]) + Array("]".utf8)
    }

    /// - Parameter members: names, and values that are JSON already.
    static func object(_ members: [(name: [UInt8], value: [UInt8])]) -> [UInt8] {
        Array("{".utf8) + members.map { string($0.name) + [0x3A] + $0.value }.joined(separator: [0x2C])
            + Array("}".utf8)
    }
}
