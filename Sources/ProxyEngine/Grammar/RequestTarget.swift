/// The request target split into what is decided on and what merely passes (RFC 9112 §3.2).
///
/// Which octets a path may hold, and what is ambiguous in it, is decided where paths are matched; here only its extent
/// is found, and octets that no query may hold are refused.
package struct RequestTarget {
    /// With its leading slash; without the query.
    package var path: Range<Int>
    /// With its question mark; empty where there is none.
    package var query: Range<Int>

    enum Outcome {
        case target(RequestTarget)
        /// `OPTIONS *`: about the server as a whole, so the gateway answers (RFC 9110 §9.3.7).
        case asterisk
        /// `CONNECT host:port`: never served, whatever the target (RFC 9110 §9.3.6).
        case authority
        case malformed(TargetFault)
    }

    /// - Parameter host: the value of the Host field, which an absolute-form target must agree with.
    static func read(_ octets: Span<UInt8>, _ range: Range<Int>, method: Range<Int>, host: Range<Int>?) -> Outcome {
        switch octets[range.lowerBound] {
        case Octet.slash: return origin(octets, range)
        case 0x2A where range.count == 1:
            return octets.equals(method, "OPTIONS") ? .asterisk : .malformed(.form)
        default:
            return octets.equals(method, "CONNECT") ? .authority : absolute(octets, range, host: host)
        }
    }

    /// origin-form = absolute-path [ "?" query ]
    private static func origin(_ octets: Span<UInt8>, _ range: Range<Int>) -> Outcome {
        var position = range.lowerBound
        while position < range.upperBound, octets[position] != Octet.questionMark { position += 1 }
        let query = position..<range.upperBound
        for offset in query {
            let octet = octets[offset]
            guard octet > Octet.space, octet < 0x7F, octet != 0x23 else { return .malformed(.character) }
        }
        return .target(RequestTarget(path: range.lowerBound..<position, query: query))
    }

    /// absolute-form = absolute-URI, as clients send it to proxies: its authority must be the Host field's, and it goes
    /// on in origin-form (RFC 9112 §3.2.2).
    private static func absolute(_ octets: Span<UInt8>, _ range: Range<Int>, host: Range<Int>?) -> Outcome {
        var position = range.lowerBound
        while position < range.upperBound, octets[position] != Octet.colon { position += 1 }
        let scheme = range.lowerBound..<position
        guard position + 2 < range.upperBound, octets[position + 1] == Octet.slash, octets[position + 2] == Octet.slash
        else { return .malformed(.form) }
        guard octets.equalsIgnoringCase(scheme, "http") || octets.equalsIgnoringCase(scheme, "https")
        else { return .malformed(.scheme) }
        let authorityStart = position + 3
        position = authorityStart
        while position < range.upperBound, octets[position] != Octet.slash, octets[position] != Octet.questionMark {
            guard octets[position] != Octet.at else { return .malformed(.userinfo) }
            position += 1
        }
        guard let host, octets.equalsIgnoringCase(authorityStart..<position, host)
        else { return .malformed(.authority) }
        // An empty path stands for "/": it can't be forwarded byte for byte, so it is refused rather than repaired.
        guard position < range.upperBound, octets[position] == Octet.slash else { return .malformed(.form) }
        return origin(octets, position..<range.upperBound)
    }
}
