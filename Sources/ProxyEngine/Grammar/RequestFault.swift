/// Why bytes are no request that may be forwarded. Each is answered and, where it leaves in doubt where the message
/// ends, closes the connection (RFC 9112 §2.2, §6.3).
package enum RequestFault: Sendable, Equatable {
    case requestLine, method, version, versionUnsupported
    case target(TargetFault)
    case field(FieldFault)
    case hostMissing, hostRepeated, hostMalformed
    case contentLength, contentLengthRepeated
    case transferEncoding, transferEncodingRepeated, transferEncodingInOldVersion, lengthAndTransferEncoding
    case framingLookalike
    case connectionOption
    case authorizationRepeated
    case expectation
    case targetTooLong, headTooLarge, tooManyFields
    case chunk(ChunkFault)
    case trailer(FieldFault)
    /// HTTP/2 only (RFC 9113 §8).
    case pseudoField, connectionSpecific, contentLengthMismatch

    package var explanation: StaticString {
        switch self {
        case .requestLine: "the request line is not METHOD SP TARGET SP HTTP/1.1"
        case .method: "the method is not a token"
        case .version: "the protocol version is malformed"
        case .versionUnsupported: "only HTTP/1.1 and HTTP/1.0 are spoken here"
        case .target(let fault): fault.explanation
        case .field(let fault): fault.explanation
        case .hostMissing: "there is no Host field"
        case .hostRepeated: "there is more than one Host field"
        case .hostMalformed: "the Host field is not a host name with an optional port"
        case .contentLength: "the Content-Length field is not one decimal number"
        case .contentLengthRepeated: "there is more than one Content-Length field"
        case .transferEncoding: "the transfer coding is not chunked"
        case .transferEncodingRepeated: "there is more than one Transfer-Encoding field"
        case .transferEncodingInOldVersion: "an HTTP/1.0 request can't have a Transfer-Encoding field"
        case .lengthAndTransferEncoding: "there are both Content-Length and Transfer-Encoding"
        case .framingLookalike: "a field name could be taken for Content-Length or Transfer-Encoding"
        case .connectionOption: "the Connection field names a field that can't be removed"
        case .authorizationRepeated: "there is more than one Authorization field"
        case .expectation: "the only expectation that is understood is 100-continue"
        case .targetTooLong: "the request target is too long"
        case .headTooLarge: "the header section is too large"
        case .tooManyFields: "there are too many header fields"
        case .chunk(let fault): fault.explanation
        case .trailer(let fault): fault.explanation
        case .pseudoField:
            "the pseudo-header fields are not :method, :scheme, :path and :authority, once each, before all others"
        case .connectionSpecific: "a header field belongs to an HTTP/1.1 connection and has no meaning in HTTP/2"
        case .contentLengthMismatch: "the body is not as long as the Content-Length field says"
        }
    }
}

/// Why a request target can't be used (RFC 9112 §3.2).
package enum TargetFault: Sendable, Equatable {
    case form, character, scheme, userinfo, authority

    package var explanation: StaticString {
        switch self {
        case .form: "the request target is neither a path nor an absolute URI"
        case .character: "the request target holds a character that must be percent-encoded"
        case .scheme: "the request target's scheme is not http or https"
        case .userinfo: "the request target holds user information"
        case .authority: "the request target's authority is not that of the Host field"
        }
    }
}

/// Why a chunked body is no chunked body (RFC 9112 §7.1).
package enum ChunkFault: Sendable, Equatable {
    case size, sizeTooLarge, lineTooLong, lineEnd, extensionSyntax, dataEnd, trailerTooLarge

    package var explanation: StaticString {
        switch self {
        case .size: "a chunk's size is not hexadecimal"
        case .sizeTooLarge: "a chunk's size is too large"
        case .lineTooLong: "a chunk's size line is too long"
        case .lineEnd: "a chunk's size line does not end with CRLF"
        case .extensionSyntax: "a chunk extension is malformed"
        case .dataEnd: "a chunk's data is not followed by CRLF"
        case .trailerTooLarge: "the trailer section is too large"
        }
    }
}
