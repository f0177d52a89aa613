import NIOCore

/// The octets of a text whose characters are all below U+0100, one each: "\u{80}" is the octet 0x80.
func octets(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
}

/// The reverse of ``octets(_:)``.
func text(_ octets: some Sequence<UInt8>) -> String {
    var scalars = String.UnicodeScalarView()
    for octet in octets { scalars.append(Unicode.Scalar(octet)) }
    return String(scalars)
}

func text(_ buffer: ByteBuffer) -> String { text(buffer.readableBytesView) }

/// One octet as text, to be put into a longer one.
func character(_ octet: UInt8) -> String { text([octet]) }

extension ByteBuffer {
    /// `octets` as the readable bytes of a buffer whose reader index is not 0: an earlier message was read from it.
    static func behindEarlierMessage(_ octets: some Sequence<UInt8>) -> ByteBuffer {
        var buffer = ByteBuffer(string: "GET /earlier HTTP/1.1\r\nHost: earlier\r\nX: \u{0}\r\n\r\n")
        buffer.moveReaderIndex(to: buffer.writerIndex)
        buffer.writeBytes(octets)
        return buffer
    }
}

/// RFC 9110 §5.6.2, written down once more and in another way than in the engine.
func isTokenCharacter(_ octet: UInt8) -> Bool {
    let others = "!#$%&'*+-.^_`|~"
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        return true
    default: return others.utf8.contains(octet)
    }
}

/// RFC 9110 §5.5: HTAB, SP, VCHAR, obs-text.
func isFieldContent(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x09, 0x20...0x7E, 0x80...0xFF: true
    default: false
    }
}

/// A name with case and everything that is not a letter or digit taken away.
func folded(_ name: String) -> String {
    String(name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
}
