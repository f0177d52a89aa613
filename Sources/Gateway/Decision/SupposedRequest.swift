internal import NIOCore
internal import ProxyEngine
internal import Routes

/// A request that nobody sent: the bytes a client would send, for the engine to read.
struct SupposedRequest {
    let method: [UInt8]
    let target: [UInt8]
    /// Whole field lines without their CRLF, in order.
    let fields: [[UInt8]]

    /// - Parameter fields: a Host field is added where there is none.
    init(method: [UInt8], target: [UInt8], fields: [[UInt8]] = []) {
        self.method = method
        self.target = target
        let hasHost = fields.contains { Self.name(of: $0) == "host" }
        self.fields = (hasHost ? [] : [Array("Host: ".utf8) + Self.host(for: target)]) + fields
    }

    var bytes: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeBytes(method + [0x20] + target)
        buffer.writeStaticString(" HTTP/1.1\r\n")
        for field in fields { buffer.writeBytes(field + [0x0D, 0x0A]) }
        buffer.writeStaticString("\r\n")
        return buffer
    }

    /// In lower case, up to the colon.
    static func name(of field: [UInt8]) -> String {
        String(decoding: field.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self).lowercased()
    }

    /// That of an absolute-form target, which has to agree with the field; any other host otherwise.
    private static func host(for target: [UInt8]) -> [UInt8] {
        let parts = target.split(separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count > 2, parts[0].last == UInt8(ascii: ":"), parts[1].isEmpty else {
            return Array("localhost".utf8)
        }
        return Array(parts[2].prefix { $0 != UInt8(ascii: "?") })
    }
}
