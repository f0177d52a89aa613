internal import NIOCore

/// Log lines put together as bytes. Everything that came from outside is escaped here, so no request, token or
/// upstream can begin a line of its own, or end a string.
struct LogLine {
    var octets: [UInt8] = []

    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { octets.append(contentsOf: $0) }
    }

    mutating func append(_ bytes: [UInt8]) { octets.append(contentsOf: bytes) }

    mutating func number(_ value: Int) {
        guard value >= 10 else {
            octets.append(UInt8(truncatingIfNeeded: 0x30 + max(value, 0)))
            return
        }
        let start = octets.count
        var rest = value
        while rest > 0 {
            octets.append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
            rest /= 10
        }
        octets[start...].reverse()
    }

    /// Nanoseconds as milliseconds with three decimals.
    mutating func milliseconds(_ nanoseconds: Int64) {
        let microseconds = Int(max(nanoseconds, 0) / 1000)
        number(microseconds / 1000)
        octets.append(0x2E)
        let decimals = microseconds % 1000
        octets.append(UInt8(0x30 + decimals / 100))
        octets.append(UInt8(0x30 + decimals / 10 % 10))
        octets.append(UInt8(0x30 + decimals % 10))
    }

    mutating func jsonString(_ buffer: ByteBuffer, _ range: Range<Int>) {
        jsonString(buffer.viewBytes(at: buffer.readerIndex + range.lowerBound, length: range.count) ?? ByteBufferView())
    }

    /// A JSON string. Bytes that are no ASCII are escaped one by one: what they mean is not known to be UTF-8.
    mutating func jsonString(_ bytes: some Sequence<UInt8>) {
        octets.append(0x22)
        for byte in bytes {
            if byte >= 0x20, byte < 0x7F, byte != 0x22, byte != 0x5C {
                octets.append(byte)
            } else {
                raw("\\u00")
                octets.append(Self.digit(byte >> 4))
                octets.append(Self.digit(byte & 15))
            }
        }
        octets.append(0x22)
    }

    mutating func text(_ buffer: ByteBuffer, _ range: Range<Int>) {
        let view = buffer.viewBytes(at: buffer.readerIndex + range.lowerBound, length: range.count) ?? ByteBufferView()
        if view.isEmpty { octets.append(0x2D) } else { text(view) }
    }

    /// One word: blanks, quotes, controls and what is no ASCII are percent-encoded.
    mutating func text(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte > 0x20, byte < 0x7F, byte != 0x22 {
                octets.append(byte)
            } else {
                octets.append(0x25)
                octets.append(Self.digit(byte >> 4))
                octets.append(Self.digit(byte & 15))
            }
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? nibble + 0x30 : nibble + 0x57 }
}
