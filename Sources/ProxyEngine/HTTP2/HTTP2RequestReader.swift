package import NIOCore
package import NIOHPACK

/// Turns the frames of one stream's request into the HTTP/1.1 message that it means, which is then read as strictly as any
/// other (RFC 9113 §8). A value without I/O.
///
/// What could mean two things in HTTP/1.1 is refused here, before it is text: line ends and other controls in names, values
/// and targets, fields that belong to a connection, a length that is not the body's.
package struct HTTP2RequestReader {
    private enum Body {
        case none
        case chunked
        /// Octets that Content-Length announced and that have not come.
        case length(remaining: Int)
    }

    private var body = Body.none
    private var hasHead = false
    /// The client has sent all of its request.
    package private(set) var isEnded = false
    private(set) var isHead = false

    package init() {}

    /// The field section that begins the request.
    package mutating func readHead(_ headers: HPACKHeaders, ends: Bool, into out: inout ByteBuffer) -> RequestFault? {
        hasHead = true
        isEnded = ends
        var parts = HTTP2RequestParts()
        for (name, value, _) in headers {
            if let fault = parts.take(name, value) { return fault }
        }
        isHead = parts.method == "HEAD"
        if let fault = parts.finish() { return fault }
        switch (parts.contentLength, ends) {
        case (nil, true), (0, true): break
        case (nil, false): body = .chunked
        case (.some, true): return .contentLengthMismatch
        case (let length?, false): body = .length(remaining: length)
        }
        parts.write(isChunked: parts.contentLength == nil && !ends, to: &out)
        return nil
    }

    /// A piece of the body.
    package mutating func readData(_ data: inout ByteBuffer, ends: Bool, into out: inout ByteBuffer) -> RequestFault? {
        isEnded = ends
        switch body {
        case .none: return data.readableBytes == 0 ? nil : .contentLengthMismatch
        case .chunked:
            if data.readableBytes > 0 { BodyEncoding.chunked.append(&data, to: &out) }
            if ends { out.writeStaticString(BodyEncoding.lastChunk) }
        case .length(let remaining):
            let left = remaining - data.readableBytes
            guard left >= 0, !ends || left == 0 else { return .contentLengthMismatch }
            body = .length(remaining: left)
            out.writeBuffer(&data)
        }
        return nil
    }

    /// The field section behind the body; where a length announced the body, there is no room for one, and it is dropped
    /// (RFC 9110 §6.5.1).
    package mutating func readTrailers(_ headers: HPACKHeaders, ends: Bool, into out: inout ByteBuffer) -> RequestFault?
    {
        // RFC 9113 §8.1: what follows the body ends the request.
        guard ends, !isEnded else { return .pseudoField }
        isEnded = true
        var lines = ByteBuffer()
        for (name, value, _) in headers {
            if let fault = HTTP2RequestParts.fault(ofName: name, value: value) { return .trailer(fault) }
            if HTTP2RequestParts.isConnectionSpecific(name) { return .connectionSpecific }
            lines.writeField(name, value)
        }
        switch body {
        case .none: return nil
        case .length(let remaining): return remaining == 0 ? nil : .contentLengthMismatch
        case .chunked:
            out.writeStaticString("0\r\n")
            out.writeBuffer(&lines)
            out.writeStaticString("\r\n")
            return nil
        }
    }

    /// Whether a field section now is that of the request, not its trailers.
    var awaitsHead: Bool { !hasHead }
}

extension ByteBuffer {
    fileprivate mutating func writeField(_ name: String, _ value: String) {
        writeString(name)
        writeStaticString(": ")
        writeString(value)
        writeStaticString("\r\n")
    }
}

/// The parts of a request's field section, as they come.
struct HTTP2RequestParts {
    private(set) var method: String?
    private(set) var contentLength: Int?
    private var scheme: String?
    private var authority: String?
    private var path: String?
    private var host: String?
    private var cookie: String?
    private var lines = ByteBuffer()
    /// Behind the first ordinary field there is no pseudo-header field (RFC 9113 §8.3).
    private var isInFields = false

    mutating func take(_ name: String, _ value: String) -> RequestFault? {
        name.utf8.first == Octet.colon ? takePseudo(name, value) : takeField(name, value)
    }

    private mutating func takePseudo(_ name: String, _ value: String) -> RequestFault? {
        guard !isInFields else { return .pseudoField }
        switch name {
        case ":method": return Self.set(&method, value)
        case ":scheme": return Self.set(&scheme, value)
        case ":authority": return Self.set(&authority, value)
        case ":path": return Self.set(&path, value)
        default: return .pseudoField
        }
    }

    private static func set(_ part: inout String?, _ value: String) -> RequestFault? {
        guard part == nil else { return .pseudoField }
        part = value
        return nil
    }

    private mutating func takeField(_ name: String, _ value: String) -> RequestFault? {
        isInFields = true
        if let fault = Self.fault(ofName: name, value: value) { return .field(fault) }
        switch name {
        case "host":
            guard host == nil else { return .hostRepeated }
            host = value
        case "content-length":
            guard contentLength == nil else { return .contentLengthRepeated }
            guard let length = Array(value.utf8).span.decimal(0..<value.utf8.count) else { return .contentLength }
            contentLength = length
        // RFC 9113 §8.2.3: the pieces of a cookie are joined before they leave HTTP/2.
        case "cookie": cookie = cookie.map { "\($0); \(value)" } ?? value
        case "te": return value == "trailers" ? nil : .connectionSpecific
        default:
            if Self.isConnectionSpecific(name) { return .connectionSpecific }
            lines.writeField(name, value)
        }
        return nil
    }

    /// Whether what has come is the control data of a request (RFC 9113 §8.3.1).
    mutating func finish() -> RequestFault? {
        guard let method, !method.isEmpty, method.utf8.allSatisfy(Octet.isTokenCharacter) else { return .method }
        if let authority, let host, authority.lowercased() != host.lowercased() { return .target(.authority) }
        host = authority ?? host
        guard let host else { return .hostMissing }
        guard host.utf8.allSatisfy(Self.isTargetOctet) else { return .hostMalformed }
        // RFC 9113 §8.5; it is refused as any other CONNECT.
        if method == "CONNECT" {
            guard scheme == nil, path == nil else { return .pseudoField }
            path = host
            return nil
        }
        guard scheme == "https" else { return .target(.scheme) }
        guard let path, path.utf8.first == Octet.slash || (path == "*" && method == "OPTIONS")
        else { return .target(.form) }
        guard path.utf8.allSatisfy(Self.isTargetOctet) else { return .target(.character) }
        return nil
    }

    consuming func write(isChunked: Bool, to out: inout ByteBuffer) {
        out.writeString("\(method ?? "") \(path ?? "") HTTP/1.1\r\n")
        out.writeField("host", host ?? "")
        out.writeBuffer(&lines)
        if let cookie { out.writeField("cookie", cookie) }
        if let contentLength { out.writeString("content-length: \(contentLength)\r\n") }
        if isChunked { out.writeStaticString("transfer-encoding: chunked\r\n") }
        out.writeStaticString("\r\n")
    }

    /// Visible ASCII: with a blank or a line end in it, one request line would be two things.
    private static func isTargetOctet(_ octet: UInt8) -> Bool { octet > Octet.space && octet < 0x7F }

    /// RFC 9113 §8.2.1. Names are lower case, values hold no control, and no blank at either end.
    ///
    /// A value comes as a `String`, in which octets that are no UTF-8 have become U+FFFD: one that holds it may have been
    /// another, and is refused.
    static func fault(ofName name: String, value: String) -> FieldFault? {
        guard !name.isEmpty else { return .emptyName }
        for octet in name.utf8 where !Octet.isTokenCharacter(octet) || Octet.lowercased(octet) != octet {
            return .illegalNameOctet
        }
        var previous: (UInt8, UInt8) = (0, 0)
        for octet in value.utf8 {
            guard Octet.isFieldContent(octet) else { return FieldFault(inValue: octet) }
            if octet == 0xBD, previous == (0xEF, 0xBF) { return .illegalValueOctet }
            previous = (previous.1, octet)
        }
        if let first = value.utf8.first, let last = value.utf8.last, Octet.isBlank(first) || Octet.isBlank(last) {
            return .illegalValueOctet
        }
        return nil
    }

    /// RFC 9113 §8.2.2.
    static func isConnectionSpecific(_ name: String) -> Bool {
        switch name {
        case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "http2-settings": true
        default: false
        }
    }
}
