internal import NIOCore

/// The octets of a text of ASCII.
func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

/// For messages: octets as they are in ASCII, the others escaped.
func shown(_ octets: some Collection<UInt8>) -> String {
    octets.map { (0x20...0x7E).contains($0) ? String(Unicode.Scalar($0)) : "\\x\(String($0, radix: 16))" }.joined()
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    /// ASCII only.
    var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self + 0x20 : self }
    var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}

extension ByteBuffer {
    /// The octets as the last that fit into the buffer's storage: one octet further, and AddressSanitizer stops the
    /// process. What is in front of them was read before.
    static func atEndOfStorage(_ octets: some Collection<UInt8>) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: max(1, octets.count))
        let room = buffer.capacity - octets.count
        buffer.writeRepeatingByte(0x0A, count: room)
        buffer.moveReaderIndex(forwardBy: room)
        buffer.writeBytes(octets)
        return buffer
    }
}
