internal import NIOCore

/// Names one request in the response, the log and the upstream's log: 26 hexadecimal digits, of which 16 are drawn when
/// the event loop starts and the rest count. Unique, not secret. Or what a trusted proxy called the request.
package struct RequestID: Sendable {
    let prefix: UInt64
    let number: UInt64
    /// Of a trusted proxy; nil: our own digits count.
    var given: [UInt8]?

    static let length = 26
    /// More than any tracing system's identifier has.
    static let maxLength = 128

    package init(prefix: UInt64, number: UInt64) {
        self.prefix = prefix
        self.number = number
    }

    /// Letters, digits, `-`, `_` and `.`: what may stand in every log and body without escaping.
    static func isAcceptable(_ name: String.UTF8View) -> Bool {
        !name.isEmpty && name.count <= maxLength
            && name.allSatisfy { Octet.folded($0) != 0 || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
    }

    /// The characters, most significant first.
    package func withDigits(_ body: (UInt8) -> Void) {
        if let given { return given.forEach(body) }
        var shift = 60
        while shift >= 0 {
            body(Self.digit(prefix >> UInt64(shift)))
            shift -= 4
        }
        shift = 36
        while shift >= 0 {
            body(Self.digit(number >> UInt64(shift)))
            shift -= 4
        }
    }

    package var octets: [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(Self.length)
        withDigits { octets.append($0) }
        return octets
    }

    @inline(__always)
    private static func digit(_ value: UInt64) -> UInt8 {
        let nibble = UInt8(truncatingIfNeeded: value & 15)
        return nibble < 10 ? nibble + 0x30 : nibble + 0x57
    }
}

extension ByteBuffer {
    mutating func writeRequestID(_ id: RequestID) {
        if let given = id.given {
            writeBytes(given)
            return
        }
        writeWithUnsafeMutableBytes(minimumWritableBytes: RequestID.length) { target in
            var offset = 0
            id.withDigits { digit in
                target[offset] = digit
                offset += 1
            }
            return offset
        }
    }
}
