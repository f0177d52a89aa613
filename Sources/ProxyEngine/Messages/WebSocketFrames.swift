package import NIOCore

/// Follows a stream of WebSocket frames (RFC 6455 §5.2) as far as knowing where one ends: only there may the gateway put a
/// frame of its own. It reads no payload.
///
///     frame = %x00-FF                              ; FIN, RSV, opcode
///             ( MASK payload-len )                 ; 1 + 7 bits
///             [ 2OCTET / 8OCTET ]                  ; 126, 127: the extended length
///             [ 4OCTET ]                           ; the masking key
///             payload
package struct WebSocketFrames: Sendable {
    private var payload: UInt64 = 0
    private var header: [UInt8] = []

    package init() {}

    package var isAtBoundary: Bool { payload == 0 && header.isEmpty }

    /// Goes on over what comes next.
    ///
    /// - Returns: how many octets belong to frames up to the first boundary, those before it included; nil where none is reached.
    @discardableResult
    package mutating func advance(_ buffer: ByteBuffer, toFirstBoundary: Bool = false) -> Int? {
        let octets = buffer.readableBytesUInt8Span
        var position = 0
        var first: Int?
        while position < octets.count {
            if payload > 0 {
                let step = min(payload, UInt64(octets.count - position))
                payload -= step
                position += Int(step)
            } else {
                header.append(octets[position])
                position += 1
                if header.count == headerLength { endHeader() }
            }
            if isAtBoundary, first == nil {
                first = position
                if toFirstBoundary { return first }
            }
        }
        return first
    }

    /// Of the header at hand, as far as it is known.
    private var headerLength: Int {
        guard header.count >= 2 else { return 2 }
        let extended =
            switch header[1] & 0x7F {
            case 126: 2
            case 127: 8
            default: 0
            }
        return 2 + extended + (header[1] & 0x80 == 0 ? 0 : 4)
    }

    private mutating func endHeader() {
        let short = header[1] & 0x7F
        payload =
            switch short {
            case 126: header[2..<4].reduce(0) { $0 << 8 | UInt64($1) }
            case 127: header[2..<10].reduce(0) { $0 << 8 | UInt64($1) }
            default: UInt64(short)
            }
        header.removeAll(keepingCapacity: true)
    }

    /// A Close frame as a server sends it, unmasked.
    package static func close(_ code: CloseCode) -> ByteBuffer {
        ByteBuffer(bytes: [0x88, 0x02, UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)])
    }

    /// The same as a client sends it, masked by a key that it does not choose (RFC 6455 §5.3).
    package static func maskedClose(_ code: CloseCode) -> ByteBuffer {
        let key = (0..<4).map { _ in UInt8.random(in: .min ... .max) }
        let payload = [UInt8(code.rawValue >> 8) ^ key[0], UInt8(code.rawValue & 0xFF) ^ key[1]]
        return ByteBuffer(bytes: [0x88, 0x82] + key + payload)
    }

    /// RFC 6455 §7.4.1.
    package enum CloseCode: UInt16, Sendable {
        /// The gateway stops, or nothing was said for too long.
        case goingAway = 1001
        /// The permission is over.
        case policyViolation = 1008
    }
}
