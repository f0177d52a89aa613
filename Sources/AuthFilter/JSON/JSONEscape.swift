/// Writes strings into JSON texts (RFC 8259 §7).
package enum JSONEscape {
    /// Appends the string with its quotes. The bytes must be UTF-8; nothing but `"`, `\` and controls has to be escaped.
    package static func append(_ string: [UInt8], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in string {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
            case 0x00..<0x20:
                output += Array("\\u00".utf8)
                output += [Hexadecimal.lowercase(byte >> 4), Hexadecimal.lowercase(byte & 15)]
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
