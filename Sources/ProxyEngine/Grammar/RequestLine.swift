/// The first line of a request as slices of its bytes (RFC 9112 §3).
///
///     request-line = method SP request-target SP HTTP-version CRLF
///     method       = token
///     HTTP-version = "HTTP" "/" DIGIT "." DIGIT
struct RequestLine {
    var method: Range<Int>
    var target: Range<Int>
    var version: HTTPVersion
    /// The offset behind the CRLF.
    var end: Int

    enum Outcome {
        case complete(RequestLine)
        case incomplete
        case malformed(RequestFault)
    }

    static func read(_ octets: Span<UInt8>, from start: Int, maxTarget: Int) -> Outcome {
        let count = octets.count
        var position = start
        while position < count, Octet.isTokenCharacter(octets[position]) { position += 1 }
        guard position - start <= EngineLimits.maxMethodLength else { return .malformed(.method) }
        guard position < count else { return .incomplete }
        guard position > start else { return .malformed(.requestLine) }
        guard octets[position] == Octet.space else { return .malformed(.method) }
        let method = start..<position
        let targetStart = position + 1
        position = endOfTarget(octets, from: targetStart)
        guard position - targetStart <= maxTarget else { return .malformed(.targetTooLong) }
        guard position < count else { return .incomplete }
        guard octets[position] == Octet.space else { return .malformed(targetFault(octets, position)) }
        guard position > targetStart else { return .malformed(.requestLine) }
        return readVersion(octets, from: position + 1, method: method, target: targetStart..<position)
    }

    /// Blanks and line ends end the target; every other octet is judged with the target as a whole.
    @inline(__always)
    private static func endOfTarget(_ octets: Span<UInt8>, from start: Int) -> Int {
        var position = start
        while position < octets.count, octets[position] > Octet.space, octets[position] != 0x7F { position += 1 }
        return position
    }

    private static func targetFault(_ octets: Span<UInt8>, _ position: Int) -> RequestFault {
        switch octets[position] {
        case Octet.carriageReturn, Octet.lineFeed: .requestLine  // no version: HTTP/0.9, or a cut line
        default: .target(.character)
        }
    }

    private static func readVersion(
        _ octets: Span<UInt8>, from start: Int, method: Range<Int>, target: Range<Int>
    ) -> Outcome {
        switch HTTPVersion.read(octets, from: start) {
        case .incomplete: return .incomplete
        case .malformed: return .malformed(.version)
        case .unsupported: return .malformed(.versionUnsupported)
        case .version(let version):
            let end = start + HTTPVersion.length
            guard end < octets.count else { return .incomplete }
            guard octets[end] == Octet.carriageReturn else { return .malformed(.requestLine) }
            guard end + 1 < octets.count else { return .incomplete }
            guard octets[end + 1] == Octet.lineFeed else { return .malformed(.field(.bareCarriageReturn)) }
            return .complete(RequestLine(method: method, target: target, version: version, end: end + 2))
        }
    }
}

/// The two versions that are spoken on both sides.
package enum HTTPVersion: Sendable {
    case http10, http11

    static let length = 8

    enum Outcome {
        case version(HTTPVersion)
        case incomplete, malformed, unsupported
    }

    static func read(_ octets: Span<UInt8>, from start: Int) -> Outcome {
        let name: StaticString = "HTTP/"
        let available = octets.count - start
        let isPrefix = name.withUTF8Buffer { expected in
            for offset in 0..<min(expected.count, available) where octets[start + offset] != expected[offset] {
                return false
            }
            return true
        }
        guard isPrefix else { return .malformed }
        guard available >= length else { return .incomplete }
        let (major, dot, minor) = (octets[start + 5], octets[start + 6], octets[start + 7])
        guard Octet.isDigit(major), dot == 0x2E, Octet.isDigit(minor) else { return .malformed }
        guard major == 0x31 else { return .unsupported }
        switch minor {
        case 0x31: return .version(.http11)
        case 0x30: return .version(.http10)
        default: return .unsupported
        }
    }
}
