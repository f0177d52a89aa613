internal import NIOCore

/// Names one request in the response, the log and the upstream's log: 26 hexadecimal digits, of which 16 are drawn when
/// the event loop starts and the rest count. Unique, not secret.
package struct RequestID: Sendable {
    let prefix: UInt64
    let number: UInt64

    static let length = 26

    package init(prefix: UInt64, number: UInt64) {
        self.prefix = prefix
        self.number = number
    }

    /// The digits, most significant first.
    package func withDigits(_ body: (UInt8) -> Void) {
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
